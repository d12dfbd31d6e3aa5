"""Who is drawn when one trigger stands alone: an adapter for several characters, as a matrix.

    python -m bench.leakage fenn kestrel tikka wim --studio STUDIO --each 12

STUDIO holds the characters, and the adapter that `castmates train … --together` made of them (or
any other: --adapter NAME, --strength). Prompts name the trigger, the class word and a place; seeds
are the same for everybody. Storybook's finder cuts the figures out, its encoder says whom they are
like.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from castmates.core.events import silent
from castmates.core.types import Size
from castmates.files.images import read
from castmates.files.studio import Studio
from castmates.judging.likeness import Vectors, embedded
from castmates.scenes.cutting import largest
from castmates.scenes.leakage import Leakage, leakage
from castmates.scenes.looking import Eyes
from castmates.studio.draw import Course, Wish, draw
from castmates.studio.group import group_of
from castmates.studio.scene_cast import cast_of, eyes_of

PLACES = ("forest", "white background", "beach", "meadow", "bedroom", "blue background")


def measured(
    studio: Studio, names: Sequence[str], adapter: str, strength: float, each: int
) -> Leakage:
    """Draw everybody alone, and look.

    Args:
        each: pictures of each; they stay in the studio's `drawings/leakage/`.
    """
    eyes = eyes_of("storybook", None, None)
    assert eyes is not None
    pictures = {name: _drawn(studio, name, adapter, strength, each, eyes) for name in names}
    return leakage(pictures, cast_of(studio, names, eyes).known)


def _drawn(
    studio: Studio, name: str, adapter: str, strength: float, each: int, eyes: Eyes
) -> Vectors:
    who = studio.character(name).character
    found = []
    for number in range(each):
        words = f"{who.trigger}, 1{who.class_word}, {PLACES[number % len(PLACES)]}, full body"
        wish = Wish(
            words=f"{words}, from front <lora:{adapter}:{strength}>",
            number=1,
            seed=100 + number,
            course=Course(size=Size(width=128, height=128), steps=14),
        )
        [picture] = draw(studio, wish, into=studio.drawings / "leakage" / name, tell=silent)
        found.append(largest(eyes.finder, read(Path(picture.path))))
    return embedded(eyes.encoder, found)


def main() -> None:
    """Print the matrix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--studio", type=Path, required=True)
    parser.add_argument("--adapter", default="")
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--each", type=int, default=12)
    given = parser.parse_args()
    studio = Studio.open(given.studio)
    adapter = given.adapter or group_of(studio, given.names).name
    found = measured(studio, given.names, adapter, given.strength, given.each)
    print("\n".join(found.lines()))
    print(f"own {100 * found.own:.0f} %, another's {100 * found.leaked:.0f} %")


if __name__ == "__main__":
    main()
