"""`castmates draw`: pictures from words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption
from castmates.cli.verbs.draw_options import also_takes, from_picture, second_pass, variations
from castmates.core.errors import BadInput
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.draw import Course, Picture
    from castmates.studio.draw_extras import Extras

app = typer.Typer()

WordsArgument = Annotated[
    str | None,
    typer.Argument(help="The prompt; {pip} brings the character, <lora:pip:0.8> an adapter."),
]
CountOption = Annotated[
    int | None,
    typer.Option(
        "--count", "--number", "-n", min=1, max=256, help="How many: 4, or 1 with --from."
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
@also_takes(from_picture, second_pass, variations)
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
    if parse:
        course = (steps, seed or 0, sampler or "")
        _parse(studio, (words or "", negative or ""), course, base, emphasis or "original", as_json)
        return

    def work(tell: Tell) -> list[Picture]:
        _check(words, picture, rng)
        from castmates.files.studio import Studio
        from castmates.studio.draw import Wish, draw
        from castmates.studio.redraw import Changes, redraw

        opened = Studio.open(studio)
        course = _course(size, sampler, schedule, steps, cfg, clip_skip, emphasis, rng)
        extras = _extras(also)
        how = _How(base=base, into=out, precise=precise, tell=tell)
        if picture is not None:
            changed = Changes(negative=negative, number=count or 1, seed=seed)
            changes = changed.model_copy(update={"course": course, "extras": extras})
            return redraw(opened, picture, changes, **how)
        asked = Wish(words=words or "", negative=negative or "", number=count or 4, seed=seed or 0)
        wish = asked.model_copy(update={"course": course, "extras": extras})
        return draw(opened, wish, **how)

    pass_through(
        work,
        as_json=as_json,
        words=lambda made: "\n".join(one.path for one in made),
        data=lambda made: {
            "pictures": [one.path for one in made],
            "shots": [one.shot.model_dump(mode="json") for one in made],
        },
    )


class _How(TypedDict):
    """What both ways of drawing take."""

    base: str | None
    into: Path | None
    precise: bool
    tell: Tell


def _check(words: str | None, picture: Path | None, rng: str | None) -> None:
    """Tell what was forgotten before anything heavy is loaded."""
    if picture is None and not (words and words.strip()):
        raise BadInput("There are no words to draw.", 'Write: castmates draw "a fox in the snow"')
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
    as_json: bool,
) -> None:
    """Show how a prompt is read. No torch: neither base nor adapter is opened."""
    from castmates.files.studio import Studio
    from castmates.prompts.emphasis import mode_of
    from castmates.studio.parse import Parsed, Question, parse
    from castmates.studio.parse_view import as_data, as_words

    def work(_: Tell) -> Parsed:
        mode = mode_of(emphasis)
        # The folder one stands in may be no studio: a prompt can be read without.
        here = folder != HERE or (folder / "studio.toml").is_file()
        opened = Studio.open(folder) if here else None
        steps, seed, sampler = course
        return parse(opened, Question(*said, steps, seed, base, mode, sampler))

    pass_through(work, as_json=as_json, words=as_words, data=as_data)
