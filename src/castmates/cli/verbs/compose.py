"""`castmates compose`: pictures of two or three characters, made of single ones, to train on."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, StudioOption

if TYPE_CHECKING:
    from castmates.core.events import Tell
    from castmates.studio.compose import Composed

app = typer.Typer()
_share = re.compile(r"^\s*(\d{1,2})\s*(?:-\s*(\d{1,2})\s*)?$")


class Order(StrEnum):
    """Who stands where."""

    BOTH = "both"
    GIVEN = "given"
    RANDOM = "random"


class Canvas(StrEnum):
    """What a composite's shape is."""

    SQUARE = "square"
    WIDE = "wide"


@app.command("compose")
def command(
    names: Annotated[list[str], typer.Argument(help="Two or three characters.")],
    studio: StudioOption = HERE,
    pairs: Annotated[int, typer.Option(min=1, max=10_000, help="How many composites.")] = 40,
    three: Annotated[bool, typer.Option("--three", help="Three in a row.")] = False,
    ratios: Annotated[
        str, typer.Option(help="How much of the width one gets, in per cent: 40-60.")
    ] = "50",
    order: Annotated[
        Order, typer.Option(help="Who stands left: each in turn, as named, or by chance.")
    ] = Order.BOTH,
    shape: Annotated[
        Canvas, typer.Option(help="wide: as many squares as figures; train with buckets then.")
    ] = Canvas.SQUARE,
    cutouts: Annotated[
        bool, typer.Option("--cutouts", help="Figures on one background: no seam.")
    ] = False,
    finder: Annotated[
        str | None, typer.Option(help="Who says where figures are; 'none': nobody.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is left to chance.")] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="Take away composites that were made otherwise.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make composites of single pictures; `train` teaches them as a second stage.

    Example: castmates compose pip moss --pairs 40 --studio my-studio
    """

    def work(tell: Tell) -> Composed:
        from castmates.files.studio import Studio
        from castmates.studio.compose import Composing, compose

        wanted = Composing(
            names=tuple(names),
            pairs=pairs,
            in_a_row=3 if three else 2,
            ratios=_ratios(ratios),
            sides=order.value,
            shape=shape.value,
            cutouts=cutouts,
            seed=seed,
        )
        return compose(Studio.open(studio), wanted, finder=finder, again=again, tell=tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda made: _words(made, studio),
        data=lambda made: made.model_dump(mode="json"),
    )


def _ratios(text: str) -> tuple[float, float]:
    """`40-60` -> (0.4, 0.6). Raises BadInput."""
    from castmates.core.errors import BadInput

    found = _share.match(text)
    if found is None:
        raise BadInput(f"--ratios {text} is no range of per cent.", "Write, say: --ratios 40-60")
    low, high = int(found[1]), int(found[2] or 100 - int(found[1]))
    return min(low, high) / 100, max(low, high) / 100


def _words(made: Composed, studio: Path) -> str:
    return (
        f"{made.composites} composites are in {Path(made.folder) / 'pictures'}.\n"
        f"The first one's caption: {made.caption}\n"
        f'Next: castmates train {made.group} --preset "two-stage composites" --stage 2 '
        f"--studio {studio}"
    )
