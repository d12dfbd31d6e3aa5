"""Hold the chooser's scores, gates and picks against the truth; prints what was measured.

python -m bench.choosing --characters 8               planted arms: nothing is trained, 1-2 min each
python -m bench.choosing --characters 8 --first 4 --trained
                                  really trained characters, read by the oracle

Every character's result is kept in the work folder; the same command goes on where it stopped.
Trained characters keep their pictures, our readings (scores.json) and the oracle's (truth.json) in
the work folder's studio: with --again pictures are judged anew, but not drawn; with --ready only
characters whose result is there are told of.
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
from storybook.evaluate.trained import Measures, Readers, tried_trained
from storybook.evaluate.trained_verdicts import trained_lines
from storybook.evaluate.verdicts import lines
from storybook.oracle.reading import Oracle
from storybook.world.values import Character


def command_line() -> argparse.ArgumentParser:
    """The options."""
    usual = Measures()
    parser = argparse.ArgumentParser(prog="python -m bench.choosing", description=__doc__)
    parser.add_argument("--characters", type=int, default=8, help="how many")
    parser.add_argument("--first", type=int, default=0, help="how many to leave out before")
    parser.add_argument("--trained", action="store_true", help="train them, and ask the oracle")
    parser.add_argument("--journey", default=usual.journey, help="whose recipe: full or short")
    parser.add_argument("--seeds", type=int, default=usual.seeds, help="of each prompt (trained)")
    parser.add_argument("--epochs", type=int, nargs="+", default=usual.epochs, help="(trained)")
    parser.add_argument(
        "--strengths", type=float, nargs="+", default=usual.strengths, help="(trained)"
    )
    parser.add_argument("--again", action="store_true", help="judge kept pictures again")
    parser.add_argument("--ready", action="store_true", help="tell of finished characters alone")
    parser.add_argument("--work", type=Path, default=Path(".choosing"), help="working folder")
    return parser


def result(who: Character, chosen: argparse.Namespace, readers: Readers) -> OfOne | None:
    """What came of a character; kept from an earlier run, where there was one."""
    kind = f"trained-{chosen.journey}-{chosen.seeds}" if chosen.trained else "planted"
    kept = made(chosen.work / kind) / f"{who.name}.json"
    if kept.is_file() and not (chosen.again and chosen.trained):
        return OfOne.model_validate_json(kept.read_text(encoding="utf-8"))
    if chosen.ready and not kept.is_file():
        return None
    if chosen.trained:
        how = Measures(
            epochs=tuple(chosen.epochs),
            strengths=tuple(chosen.strengths),
            seeds=chosen.seeds,
            journey=chosen.journey,
        )
        found = tried_trained(who, made(chosen.work), readers, how, silent)
    else:
        found = tried(who, readers.judges)
    write_text(kept, found.model_dump_json(indent=1) + "\n")
    return found


def main() -> None:
    chosen = command_line().parse_args()
    judges = Judges(take_encoder(), take_tagger(), open_finder("storybook"))
    readers = Readers(judges, Oracle.open())
    found = []
    for who in people(chosen.characters, chosen.first):
        one = result(who, chosen, readers)
        if one is not None:
            found.append(one)
            print(f"{who.name}, a {who.kind}: {len(one.arms)} arms", flush=True)
    if not found:
        print("no result yet")
        return
    for line in trained_lines(found) if chosen.trained else lines(found):
        print(line)


if __name__ == "__main__":
    main()
