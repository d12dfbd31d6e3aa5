"""`castmates draw`: pictures from words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption
from castmates.cli.verbs.draw_options import (
    also_takes,
    from_picture,
    parts,
    second_pass,
    variations,
)
from castmates.cli.verbs.draw_several import as_data, asked_in, demand_alone, in_words, several
from castmates.cli.verbs.styles import show as show_styles
from castmates.core.errors import BadInput
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.draw import Course
    from castmates.studio.draw_extras import Extras
    from castmates.studio.draw_order import Delivered

app = typer.Typer()

WordsArgument = Annotated[
    str | None,
    typer.Argument(help="The prompt; {pip} brings the character, {who} each of the cast."),
]
CountOption = Annotated[
    int | None,
    typer.Option(
        "--count",
        "--number",
        "-n",
        min=1,
        max=256,
        help="How many of each prompt: 4; where there are several, or with --from, 1.",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option(min=0, help="The first picture's seed, usually 0; the next follow.")
]
NegativeOption = Annotated[str | None, typer.Option(help="What should not be there.")]
SizeOption = Annotated[str | None, typer.Option(help="Width and height: 128 or 640x768.")]
StepsOption = Annotated[int | None, typer.Option(min=1, max=1000, help="Steps of the sampler.")]
GuidanceOption = Annotated[
    float | None,
    typer.Option("--cfg", min=0.0, max=100.0, help="How closely to keep to the words."),
]
SamplerOption = Annotated[
    str | None, typer.Option(help="As in A1111: 'Euler a', 'DPM++ 2M Karras', 'UniPC' …")
]
ScheduleOption = Annotated[
    str | None,
    typer.Option(help="normal, karras, exponential, sgm uniform, automatic (as A1111), trailing."),
]
EmphasisOption = Annotated[
    str | None, typer.Option(help="How weights act: original, no norm, comfy, ignore, none.")
]
ClipSkipOption = Annotated[
    int | None, typer.Option(min=1, max=12, help="2: the text encoder's last layer but one speaks.")
]
RngOption = Annotated[
    str | None, typer.Option(help="Whose random numbers: cpu, or nv (an NVIDIA GPU's, anywhere).")
]
PreciseOption = Annotated[
    bool, typer.Option("--precise", help="In float32: the same picture alone and in any batch.")
]
FromOption = Annotated[
    Path | None,
    typer.Option("--from", help="Draw this picture again, from what it says of itself."),
]
OutOption = Annotated[Path | None, typer.Option(help="Folder for the pictures.")]
ParseOption = Annotated[
    bool, typer.Option("--parse", help="Draw nothing; show how the prompt is read, step by step.")
]


@app.command("draw")
@also_takes(from_picture, second_pass, variations, parts, several)
def command(
    words: WordsArgument = None,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    count: CountOption = None,
    seed: SeedOption = None,
    negative: NegativeOption = None,
    size: SizeOption = None,
    steps: StepsOption = None,
    cfg: GuidanceOption = None,
    sampler: SamplerOption = None,
    schedule: ScheduleOption = None,
    emphasis: EmphasisOption = None,
    clip_skip: ClipSkipOption = None,
    rng: RngOption = None,
    precise: PreciseOption = False,
    picture: FromOption = None,
    out: OutOption = None,
    parse: ParseOption = False,
    as_json: JsonOption = False,
    **also: Any,
) -> None:
    """Draw pictures; every PNG carries the words and settings that made it.

    Example: castmates draw "{pip}, crown, castle, smile" --studio my-studio
    """
    if also.pop("list_styles"):
        show_styles(studio, as_json)
        return
    many = asked_in(also)
    if parse:
        course = (steps, seed or 0, sampler or "")
        said = (words or "", negative or "")
        _parse(studio, said, course, base, emphasis or "original", many, as_json)
        return

    def work(tell: Tell) -> Delivered:
        _check(words, picture, rng, many)
        from castmates.files.studio import Studio
        from castmates.studio.draw_order import Delivered, Order, draw_order
        from castmates.studio.redraw import Changes, redraw

        opened = Studio.open(studio)
        course = _course(size, sampler, schedule, steps, cfg, clip_skip, emphasis, rng)
        extras = _extras(also)
        how = _How(base=base, into=out, precise=precise, tell=tell)
        if picture is not None:
            changed = Changes(negative=negative, number=count or 1, seed=seed)
            changes = changed.model_copy(update={"course": course, "extras": extras})
            return Delivered.of(redraw(opened, picture, changes, **how))
        asked = Order(words=words or "", negative=negative or "", number=count, seed=seed or 0)
        order = asked.model_copy(update={"course": course, "extras": extras, **many})
        return draw_order(opened, order, **how)

    pass_through(
        work,
        as_json=as_json,
        words=in_words,
        data=as_data,
    )


class _How(TypedDict):
    """What both ways of drawing take."""

    base: str | None
    into: Path | None
    precise: bool
    tell: Tell


def _check(words: str | None, picture: Path | None, rng: str | None, many: dict[str, Any]) -> None:
    """Tell what was forgotten before anything heavy is loaded."""
    has_own = many["prompts"] is not None or many["sheet"] is not None
    if picture is None and not has_own and not (words and words.strip()):
        raise BadInput("There are no words to draw.", 'Write: castmates draw "a fox in the snow"')
    if picture is not None:
        demand_alone("--from", many)
    if picture is not None and words:
        raise BadInput(
            "Both a prompt and --from were given; a picture brings its own words.",
            "Leave one of them out.",
        )
    if rng is not None and rng.lower() not in ("cpu", "nv"):
        raise BadInput(f"There are no random numbers '{rng}'.", "Known: cpu, nv.")


def _extras(said: dict[str, Any]) -> Extras:
    from castmates.studio.draw import read_size
    from castmates.studio.draw_extras import Extras

    size = said["resize_from"]
    return Extras.model_validate({**said, "resize_from": read_size(size) if size else None})


def _course(
    size: str | None,
    sampler: str | None,
    schedule: str | None,
    steps: int | None,
    guidance: float | None,
    clip_skip: int | None,
    emphasis: str | None,
    rng: str | None,
) -> Course:
    from castmates.prompts.emphasis import mode_of
    from castmates.studio.draw import Course, read_size

    return Course.model_validate(
        {
            "size": read_size(size) if size else None,
            "sampler": sampler,
            "schedule": schedule,
            "steps": steps,
            "guidance": guidance,
            "clip_skip": clip_skip,
            "emphasis": mode_of(emphasis) if emphasis else None,
            "rng": rng.lower() if rng else None,
        }
    )


def _parse(
    folder: Path,
    said: tuple[str, str],
    course: tuple[int | None, int, str],
    base: str | None,
    emphasis: str,
    many: dict[str, Any],
    as_json: bool,
) -> None:
    """Show how a prompt is read. No torch: neither base nor adapter is opened."""
    from castmates.files.studio import Studio
    from castmates.prompts.emphasis import mode_of
    from castmates.studio.parse import Parsed, Question, parse
    from castmates.studio.parse_view import as_data, as_words

    def work(_: Tell) -> Parsed:
        demand_alone("--parse", many)
        mode = mode_of(emphasis)
        # The folder one stands in may be no studio: a prompt can be read without.
        here = folder != HERE or (folder / "studio.toml").is_file()
        opened = Studio.open(folder) if here else None
        steps, seed, sampler = course
        return parse(opened, Question(*said, steps, seed, base, mode, sampler))

    pass_through(work, as_json=as_json, words=as_words, data=as_data)
