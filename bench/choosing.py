"""Hold the chooser's scores, gates and picks against the truth; prints what was measured.

python -m bench.choosing --characters 8               planted arms: nothing is trained, 1-2 min each
python -m bench.choosing --characters 3 --trained     really trained characters, read by the oracle

Every character's result is kept in the work folder; the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from castmates.backends.finders import open_finder
from castmates.core.events import silent
from castmates.files.writing import made, write_text
from castmates.judging.judges import Judges
from castmates.studio.models import take_encoder, take_tagger
from storybook.evaluate.arms import OfOne, tried
from storybook.evaluate.planting import people
from storybook.evaluate.trained import Measures, tried_trained
from storybook.evaluate.verdicts import lines
from storybook.oracle.reading import Oracle
from storybook.world.values import Character


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m bench.choosing", description=__doc__)
    parser.add_argument("--characters", type=int, default=8, help="how many")
    parser.add_argument("--first", type=int, default=0, help="how many to leave out before")
    parser.add_argument("--trained", action="store_true", help="train them, and ask the oracle")
    parser.add_argument("--journey", default="full", help="how far `make` goes: full or short")
    parser.add_argument("--seeds", type=int, default=1, help="of each prompt, with --trained")
    parser.add_argument("--every", type=int, default=2, help="which epochs, with --trained")
    parser.add_argument("--work", type=Path, default=Path(".choosing"), help="working folder")
    return parser


def result(who: Character, chosen: argparse.Namespace, judges: Judges) -> OfOne:
    """What came of a character; kept from an earlier run, where there was one."""
    kind = f"trained-{chosen.journey}" if chosen.trained else "planted"
    kept = made(chosen.work / kind) / f"{who.name}.json"
    if kept.is_file():
        return OfOne.model_validate_json(kept.read_text(encoding="utf-8"))
    if chosen.trained:
        how = Measures(seeds=chosen.seeds, journey=chosen.journey, every=chosen.every)
        found = tried_trained(who, made(chosen.work), judges, Oracle.open(), how, silent)
    else:
        found = tried(who, judges)
    write_text(kept, found.model_dump_json(indent=1) + "\n")
    return found


def main() -> None:
    chosen = command_line().parse_args()
    judges = Judges(take_encoder(), take_tagger(), open_finder("storybook"))
    found = []
    for who in people(chosen.characters, chosen.first):
        found.append(result(who, chosen, judges))
        print(f"{who.name}, a {who.kind}: {len(found[-1].arms)} arms", flush=True)
    for line in lines(found):
        print(line)


if __name__ == "__main__":
    main()
