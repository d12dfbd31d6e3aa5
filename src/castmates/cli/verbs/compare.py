"""`castmates compare`: the chooser's grid, or a plot along axes of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption
from castmates.cli.verbs.draw_options import also_takes
from castmates.core.errors import BadInput
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.compare import Compared
    from castmates.studio.compare_plot import Plotted

app = typer.Typer()

STRENGTHS, SEEDS = "0.4, 0.6, 0.8, 1.0", 3
_AXES, _SHARED, _CHOOSER = "Axes of your own", "What all pictures share", "The chooser's grid"


def _axis(slot: str, where: str) -> Any:
    return typer.Option(f"--{slot}", help=where, rich_help_panel=_AXES, metavar="'KIND: VALUES'")


def _shared(help_: str, *names: str) -> Any:
    return typer.Option(*names, help=help_, rich_help_panel=_SHARED)


def axes(
    x: Annotated[
        str | None,
        _axis("x", "Across: 'epoch: 1-10 (+1)', 'sampler: Euler a, UniPC'."),
    ] = None,
    y: Annotated[str | None, _axis("y", "Down: 'strength: 0.4-1.2 [5]'.")] = None,
    z: Annotated[str | None, _axis("z", "Blocks side by side: 's/r: beach, forest'.")] = None,
    w: Annotated[str | None, _axis("w", "Blocks one below the other.")] = None,
    prompt: Annotated[
        list[str] | None,
        typer.Option(
            "--prompt",
            "-p",
            help="Repeat it for an axis of prompts; {pip} or {who} brings the character.",
            rich_help_panel=_AXES,
        ),
    ] = None,
) -> dict[str, Any]:
    """The axes."""
    slots = {"x": x, "y": y, "z": z, "w": w}
    found = {slot: text for slot, text in slots.items() if text is not None}
    return {"axes": found, "prompts": tuple(prompt or ())}


def shared(
    negative: Annotated[str | None, _shared("What should not be there.")] = None,
    strength: Annotated[str | None, _shared("Of the adapter; usually the chosen one.")] = None,
    epoch: Annotated[str | None, _shared("An epoch instead of the chosen adapter.")] = None,
    seed: Annotated[str | None, _shared("Usually 1.")] = None,
) -> dict[str, Any]:
    """Words, adapter and noise of all pictures, read as axes of one value."""
    said = {"negative": negative, "strength": strength, "epoch": epoch, "seed": seed}
    return {"shared": {kind: text for kind, text in said.items() if text is not None}}


def course(
    size: Annotated[str | None, _shared("Width and height: 128 or 640x768.")] = None,
    steps: Annotated[str | None, _shared("Steps of the sampler.")] = None,
    cfg: Annotated[str | None, _shared("How closely to keep to the words.")] = None,
    sampler: Annotated[str | None, _shared("As in A1111: 'DPM++ 2M Karras' …")] = None,
    clip_skip: Annotated[str | None, _shared("2: the text encoder's last layer but one.")] = None,
) -> dict[str, Any]:
    """How all pictures are drawn."""
    said = {"size": size, "steps": steps, "cfg": cfg, "sampler": sampler, "clip skip": clip_skip}
    return {"course": {kind: text for kind, text in said.items() if text is not None}}


@app.command("compare")
@also_takes(axes, shared, course)
def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    strengths: Annotated[
        str, typer.Option(help="Columns of the grid.", rich_help_panel=_CHOOSER)
    ] = STRENGTHS,
    seeds: Annotated[
        int,
        typer.Option(min=1, max=16, help="Pictures per cell and prompt.", rich_help_panel=_CHOOSER),
    ] = SEEDS,
    baseline: Annotated[
        bool, typer.Option(help="Also draw without the adapter.", rich_help_panel=_AXES)
    ] = True,
    scores: Annotated[
        bool, typer.Option(help="Look at the pictures: likeness, and what is there.")
    ] = True,
    precise: Annotated[
        bool, typer.Option("--precise", help="Axes of your own in float32.", rich_help_panel=_AXES)
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Draw any number of pictures.")] = False,
    most: Annotated[
        int, typer.Option(min=1, help="So many pictures are drawn without asking.")
    ] = 500,
    as_json: JsonOption = False,
    **more: Any,
) -> None:
    """Draw pictures that differ in one thing at a time: on a sheet, and on a page to look through.

    Without axes: every saved epoch at every strength, plain and with a Christmas hat, for choose.

    Example: castmates compare pip --x 'epoch: 1-10 (+3)' --y 'strength: 0.4-1 [4]'
    """
    from castmates.files.studio import Studio

    said = {**more.pop("shared"), **more.pop("course")}
    own = bool(more["axes"] or more["prompts"] or said)

    def work(tell: Tell) -> Compared | Plotted:
        _demand(more, own, (strengths, seeds) != (STRENGTHS, SEEDS), precise or not baseline)
        opened = Studio.open(studio)
        if own:
            from castmates.studio.compare_plan import PlotWish
            from castmates.studio.compare_plot import plot

            wish = PlotWish(**more, shared=said, base=base, baseline=baseline, precise=precise)
            return plot(opened, name, wish, most=None if yes else most, scored=scores, tell=tell)
        from castmates.studio.compare import compare, read_strengths

        columns = read_strengths(strengths)
        return compare(opened, name, base=base, strengths=columns, seeds=seeds, tell=tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda made: _words(name, str(studio), made),
        data=lambda made: made.model_dump(mode="json"),
    )


def _demand(more: dict[str, Any], own: bool, chooser: bool, special: bool) -> None:
    """Tell what does not go together before anything heavy is loaded."""
    if special and not own:
        what = "--precise and --no-baseline belong to axes of your own."
        raise BadInput(what, "Give one: --x 'epoch: 1-10 (+3)'.")
    if own and chooser:
        what = "--strengths and --seeds belong to the chooser's grid, which has no other axes."
        raise BadInput(what, "Write --y 'strength: 0.4-1 [4]' and --z 'seed: 1-3'.")
    if own and not more["axes"] and len(more["prompts"]) < 2:
        what = "There is no axis."
        raise BadInput(what, "Give one: --x 'epoch: 1-10 (+3)', or two prompts.")


def _words(name: str, studio: str, made: Compared | Plotted) -> str:
    from castmates.studio.compare import Compared

    if isinstance(made, Compared):
        return (
            f"{name}: {made.cells} pictures; the grid is {made.grid}\n"
            f"Next: castmates choose {name} --studio {studio}"
        )
    there = f", {made.kept} were there" if made.kept else ""
    return f"{name}: {made.drawn} pictures drawn{there}\n{made.page}\n{made.grid}"
