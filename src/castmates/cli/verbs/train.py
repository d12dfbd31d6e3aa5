"""`castmates train`: an adapter from a character's pictures, or several side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption

if TYPE_CHECKING:
    from castmates.core.events import Tell
    from castmates.studio.train import Trained
    from castmates.studio.train_cast_order import Asked
    from castmates.studio.train_cast_plan import CastOutlook
    from castmates.studio.train_order import Order
    from castmates.studio.train_plan import Outlook
    from castmates.studio.train_show import Shown

UNFIT = 4
"""The exit code of a plan that would be refused."""

WhoArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="The character's name, or several: they are trained side by side. Without any, the "
        "folders that --config names.",
    ),
]
VaryOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Several recipes side by side: rank=8,16. As often as you like: all combinations."
    ),
]
TogetherOption = Annotated[
    bool, typer.Option("--together", help="One adapter for all the characters that are named.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Another trainer's file: sd-scripts, kohya_ss, LoRA_Easy."),
]
PresetOption = Annotated[
    str, typer.Option("--preset", help="A preset's name, or 'auto'; default: the base's own.")
]
RecipeOption = Annotated[str, typer.Option(help="A recipe.toml of castmates, or a preset.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="One setting: rank=8. As often as you like.")
]
VaeOption = Annotated[
    str | None,
    typer.Option("--vae", help="Another VAE than the base's own: a file, folder or name."),
]
StageOption = Annotated[int, typer.Option(help="Of a preset that has several.")]
GoalOption = Annotated[
    str, typer.Option(help="What --preset auto aims at: likeness, flexible, several, quick.")
]
WordlessOption = Annotated[
    bool, typer.Option("--no-captions", help="Train although no picture has a caption.")
]
AllOption = Annotated[
    bool, typer.Option("--all-pictures", help="Held-out pictures teach, too; nothing is measured.")
]
PlanOption = Annotated[
    bool, typer.Option("--plan", help="Say steps, saves, memory, time; train nothing.")
]
ShowOption = Annotated[
    int | None,
    typer.Option("--show-batches", min=1, help="Write what N batches look like; train nothing."),
]
UntriedOption = Annotated[
    bool, typer.Option("--no-probe", help="With --plan: try no steps, so no memory and time.")
]

app = typer.Typer()


@app.command("train")
def command(
    names: WhoArgument = None,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    config: ConfigOption = None,
    preset: PresetOption = "",
    recipe: RecipeOption = "",
    set_: SetOption = None,
    vae: VaeOption = None,
    vary: VaryOption = None,
    together: TogetherOption = False,
    stage: StageOption = 1,
    goal: GoalOption = "flexible",
    no_captions: WordlessOption = False,
    all_pictures: AllOption = False,
    plan: PlanOption = False,
    no_probe: UntriedOption = False,
    show_batches: ShowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train an adapter; the same command goes on after Ctrl-C or a crash.

    Example: castmates train pip --studio my-studio
    """
    from castmates.studio.train_cast_order import Asked

    asked = Asked(
        tuple(names or ()),
        tuple(vary or ()),
        config,
        preset,
        recipe,
        (*(set_ or ()), *([f"vae={vae}"] if vae else [])),
        stage,
        goal,
        base,
        no_captions,
        together,
        all_pictures,
    )
    if show_batches is not None and not plan:
        _show(studio, asked.order_of_one, show_batches, as_json)
        return
    if not asked.is_one:
        (_plan_together if plan else _together)(studio, asked, not no_probe, as_json)
        return
    if plan:
        _plan(studio, asked.order, not no_probe, as_json)
        return
    _train(studio, asked.order, as_json)


def _train(studio: Path, order: Callable[[], Order], as_json: bool) -> None:
    def work(tell: Tell) -> Trained:
        from castmates.files.studio import Studio
        from castmates.studio.train import train

        return train(Studio.open(studio), order(), tell=tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda trained: _words(trained, studio),
        data=lambda trained: trained.model_dump(mode="json"),
    )


def _plan(studio: Path, order: Callable[[], Order], probing: bool, as_json: bool) -> None:
    """Show the plan; a plan that would be refused ends like the refusal."""
    refused: list[str] = []

    def work(tell: Tell) -> Outlook:
        from castmates.files.studio import Studio
        from castmates.studio.train import plan_of

        found = plan_of(Studio.open(studio), order(), probing=probing, tell=tell)
        refused.extend((*found.choice.refused, *found.refused))
        return found

    pass_through(work, as_json=as_json, words=lambda o: o.text(), data=lambda o: o.data())
    if refused:
        raise typer.Exit(UNFIT)


def _together(studio: Path, asked: Asked, _: bool, as_json: bool) -> None:
    """Several adapters in one run."""

    def work(tell: Tell) -> list[Trained]:
        from castmates.files.studio import Studio
        from castmates.studio.train_cast import train_together

        return train_together(Studio.open(studio), asked, tell=tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda every: "\n".join(
            f"{one.character}: {len(one.adapters)} epochs are saved in {Path(one.run)}."
            for one in every
        ),
        data=lambda every: [one.model_dump(mode="json") for one in every],
    )


def _plan_together(studio: Path, asked: Asked, probing: bool, as_json: bool) -> None:
    """The plan of several; ends as the plan of one."""
    refused: list[str] = []

    def work(tell: Tell) -> CastOutlook:
        from castmates.files.studio import Studio
        from castmates.studio.train_cast_plan import plan_together

        found = plan_together(Studio.open(studio), asked, probing=probing, tell=tell)
        refused.extend(found.refused)
        return found

    pass_through(work, as_json=as_json, words=lambda o: o.text(), data=lambda o: o.data())
    if refused:
        raise typer.Exit(UNFIT)


def _show(studio: Path, order: Callable[[], Order], count: int, as_json: bool) -> None:
    def work(tell: Tell) -> Shown:
        from castmates.files.studio import Studio
        from castmates.studio.train import show

        return show(Studio.open(studio), order(), count, tell=tell)

    def words(shown: Shown) -> str:
        looks = sum(map(len, shown.batches))
        return (
            f"{len(shown.batches)} batches with {looks} pictures are in {Path(shown.folder)}; "
            f"nothing was trained.\nLook at {Path(shown.sheets[0])}"
        )

    pass_through(
        work, as_json=as_json, words=words, data=lambda shown: shown.model_dump(mode="json")
    )


def _words(trained: Trained, studio: Path) -> str:
    who = trained.character
    saved = f"{who}: {len(trained.adapters)} epochs are saved in {Path(trained.run)}.\n"
    if trained.members:
        words = f"{', '.join(trained.members)} <lora:{who}:0.8>"
        return f"{saved}Next: castmates draw '{words}' --studio {studio}"
    return f"{saved}Next: castmates choose {who} --studio {studio}"
