"""`castmates scene`: several characters in one picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption
from castmates.cli.verbs.draw import (
    GuidanceOption,
    NegativeOption,
    OutOption,
    PreciseOption,
    SamplerOption,
    SizeOption,
    StepsOption,
)
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.scene import ScenePicture
    from castmates.studio.scene_tries import SceneWish

app = typer.Typer()
_HOW, _LOOKING = "How regions are drawn", "Who looks"


class Way(StrEnum):
    """How a scene is drawn."""

    AUTO = "auto"
    WINDOWS = "windows"
    REGIONS = "regions"
    TWO_STAGE = "two-stage"
    PLAIN = "plain"


_SceneArgument = Annotated[
    str, typer.Argument(help="A scene file (.toml), or a prompt with characters in braces.")
]
_TriesOption = Annotated[
    int, typer.Option(min=1, max=64, help="Draw each picture so often; keep the best.")
]
_MethodOption = Annotated[
    Way, typer.Option(help="auto begins with the best way that the base can, and falls back.")
]
_CountOption = Annotated[int, typer.Option("--count", "-n", min=1, max=256, help="How many.")]
_SeedOption = Annotated[int, typer.Option(min=0, help="The first try's seed; the next follow.")]
_FoundOption = Annotated[
    bool,
    typer.Option("--found", help="Places as a first drawing has them.", rich_help_panel=_HOW),
]
_RefineOption = Annotated[
    bool | None,
    typer.Option(
        "--refine/--no-refine",
        help="Two-stage: draw everybody over by itself; usual for large bases.",
        rich_help_panel=_HOW,
    ),
]
_FeatherOption = Annotated[
    float,
    typer.Option(min=0, max=0.5, help="Softness of a place's edge.", rich_help_panel=_HOW),
]
_SharedOption = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="How much of the whole is heard in a place.", rich_help_panel=_HOW
    ),
]
_IsolatedOption = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Share of the steps in which nobody sees another.",
        rich_help_panel=_HOW,
    ),
]
_BeginsOption = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Two-stage: share of the steps before everybody is drawn apart.",
        rich_help_panel=_HOW,
    ),
]
_FinderOption = Annotated[
    str | None, typer.Option(help="storybook, yolo:FILE, none …", rich_help_panel=_LOOKING)
]
_EncoderOption = Annotated[
    str | None, typer.Option(help="storybook, onnx:FOLDER, none …", rich_help_panel=_LOOKING)
]
_SaveOption = Annotated[
    Path | None, typer.Option(help="Write the scene as a file, to go on from; draw nothing.")
]


@app.command("scene")
def command(
    scene: _SceneArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    tries: _TriesOption = 1,
    method: _MethodOption = Way.AUTO,
    count: _CountOption = 1,
    seed: _SeedOption = 0,
    negative: NegativeOption = None,
    size: SizeOption = None,
    steps: StepsOption = None,
    cfg: GuidanceOption = None,
    sampler: SamplerOption = None,
    found: _FoundOption = False,
    refine: _RefineOption = None,
    feather: _FeatherOption = 0.03,
    shared: _SharedOption = 0.1,
    isolated: _IsolatedOption = 0.4,
    begins: _BeginsOption = 0.1,
    finder: _FinderOption = None,
    encoder: _EncoderOption = None,
    save: _SaveOption = None,
    out: OutOption = None,
    precise: PreciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Draw several characters into one picture, each in its place; every try is looked at.

    Example: castmates scene '{pip} on the left waving, {moss} on the right, forest' --tries 4
    """
    said: dict[str, Any] = {"tries": tries, "method": method.value, "number": count, "seed": seed}
    said |= {"refine": refine, "feather": feather, "base_share": shared, "isolated": isolated}
    said |= {"begins": begins}
    said |= {"finder": finder, "encoder": encoder}

    def work(tell: Tell) -> list[ScenePicture] | Path:
        from castmates.files import settings
        from castmates.files.studio import Studio
        from castmates.studio.draw import Course, read_size
        from castmates.studio.scene import draw_scene, read_scene
        from castmates.studio.scene_tries import SceneWish

        read, folder = read_scene(scene)
        changes = {"negative": negative} if negative is not None else {}
        changes |= {"places": "found"} if found else {}
        read = read.model_copy(update=changes)
        if save is not None:
            settings.save(save, read)
            return save
        course = Course(
            size=read_size(size) if size else None, steps=steps, guidance=cfg, sampler=sampler
        )
        wish: SceneWish = SceneWish.model_validate({"scene": read, "course": course, **said})
        opened = Studio.open(studio)
        return draw_scene(
            opened, wish, base=base, folder=folder, into=out, precise=precise, tell=tell
        )

    pass_through(work, as_json=as_json, words=_words, data=_data)


def _words(made: list[ScenePicture] | Path) -> str:
    if isinstance(made, Path):
        return f"The scene is in {made}\nNext: castmates scene {made}"
    return "\n".join(f"{one.path}\n  {one.why}" for one in made)


def _data(made: list[ScenePicture] | Path) -> dict[str, Any]:
    if isinstance(made, Path):
        return {"scene": str(made)}
    return {"pictures": [one.model_dump(mode="json") for one in made]}
