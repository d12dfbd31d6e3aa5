"""The door of the evaluation: reads the command line, prints figures; measures nothing itself.

python -m storybook.evaluate                  everything, six characters of the evaluation cast
python -m storybook.evaluate base             obedience, colours, counts, sides, copying
python -m storybook.evaluate judges           tagger and encoder, on renders and drawn pictures
python -m storybook.evaluate journeys --cast development --characters 3
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from castmates.core.errors import CastmatesError, Missing
from castmates.core.events import Tell
from castmates.files.writing import made, write_text
from storybook.evaluate import measuring
from storybook.evaluate.journeys import CASTS, evaluate, eyes
from storybook.oracle.reading import Oracle
from storybook.train.__main__ import show
from storybook.train.settings import Job, Machine

PARTS = ("all", "base", "judges", "journeys")


def command_line() -> argparse.ArgumentParser:
    """The parts and their options."""
    parser = argparse.ArgumentParser(prog="python -m storybook.evaluate", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, default="all")
    parser.add_argument("--pictures", type=int, default=300, help="drawn by the base alone")
    parser.add_argument("--cast", choices=CASTS, default="evaluation")
    parser.add_argument("--characters", type=int, default=6, help="of the cast, for journeys")
    parser.add_argument("--each", type=int, default=36, help="pictures at each character's pick")
    parser.add_argument("--work", type=Path, default=Path(".storybook"), help="working folder")
    parser.add_argument("--out", type=Path, help="folder for figures and pictures to look at")
    return parser


def _journeys(chosen: argparse.Namespace, out: Path, oracle: Oracle | None) -> Iterator[str]:
    look = eyes()
    for name, character in list(CASTS[chosen.cast].items())[: chosen.characters]:
        found = evaluate(character, out / "journeys", chosen.each, look, oracle)
        yield from (f"{name}, {label}: {shares.line()}" for label, shares in found.items())


def _oracle(part: str) -> Oracle | None:
    try:
        return Oracle.open()
    except Missing as error:
        if part != "journeys":
            raise
        print(f"without the oracle: {error}", file=sys.stderr)
        return None


def _lines(chosen: argparse.Namespace, out: Path, tell: Tell) -> Iterator[str]:
    oracle = _oracle(chosen.part)
    job = Job(work=chosen.work, machine=Machine(threads=None))
    if oracle is not None and chosen.part in ("all", "base"):
        yield from measuring.base_lines(oracle, chosen.pictures, job, out, tell)
    if oracle is not None and chosen.part in ("all", "judges"):
        yield from measuring.judge_lines(oracle, chosen.pictures, job, tell)
    if chosen.part in ("all", "journeys"):
        yield from _journeys(chosen, out, oracle)


def main() -> None:
    """Measure, print line by line, and keep the lines."""
    chosen = command_line().parse_args()
    out = made(chosen.out or chosen.work / "evaluation")
    told = []
    try:
        for line in _lines(chosen, out, show):
            print(line, flush=True)
            told.append(line)
            write_text(out / f"{chosen.part}.json", json.dumps(told, indent=1) + "\n")
    except CastmatesError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
