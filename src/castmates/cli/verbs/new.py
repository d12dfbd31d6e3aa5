"""`castmates new`: a character from folders of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, NameArgument, StudioOption
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.new import New

app = typer.Typer()

LikenessOption = Annotated[
    str | None, typer.Option(help="Whose: own drawing, game or film art, real person.")
]
ConsentOption = Annotated[str | None, typer.Option(help="Who allowed it, in your own words.")]
AsymmetricOption = Annotated[
    bool | None,
    typer.Option("--asymmetric/--symmetric", help="Left and right differ: never mirror it."),
]
ColoursOption = Annotated[
    bool | None,
    typer.Option("--colours-matter/--colours-free", help="Its exact colours are part of it."),
]
HeightOption = Annotated[
    float | None, typer.Option(min=0.1, help="How tall it is, in centimetres.")
]
GoalOption = Annotated[
    str | None,
    typer.Option(help="What is to be learned: likeness (of somebody), object, style, concept."),
]
AgeOption = Annotated[int | None, typer.Option(min=0, help="In years.")]


@app.command("new")
def command(
    name: NameArgument,
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Folders, zips or files with pictures.")
    ] = None,
    pictures: Annotated[
        list[Path] | None, typer.Option("--pictures", help="The same as an option.")
    ] = None,
    studio: StudioOption = HERE,
    trigger: Annotated[
        str | None,
        typer.Option(help="The word that calls the character; default: a folder's, its name."),
    ] = None,
    class_word: Annotated[
        str,
        typer.Option("--class", "--class-word", help="What it is: girl, fox … (found by `tag`)."),
    ] = "",
    size: Annotated[
        int, typer.Option(min=256, max=8192, help="The longest side that is kept, in pixels.")
    ] = 2048,
    originals: Annotated[
        bool, typer.Option(help="Keep the files as they came, without the camera's notes.")
    ] = True,
    likeness: LikenessOption = None,
    consent: ConsentOption = None,
    asymmetric: AsymmetricOption = None,
    colours_matter: ColoursOption = None,
    height: HeightOption = None,
    age: AgeOption = None,
    goal: GoalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a character's pictures in: numbered, lossless; yours stay untouched.

    Example: castmates new pip ~/Pictures/pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.pictures.bring import Bringing
    from castmates.studio.new import Answers, new

    answers = Answers(likeness, consent, asymmetric, colours_matter, height, age, goal)

    def work(tell: Tell) -> New:
        return new(
            Studio.open(studio),
            name,
            [*(sources or ()), *(pictures or ())],
            trigger=trigger,
            class_word=class_word,
            answers=answers,
            how=Bringing(size, originals),
            tell=tell,
        )

    pass_through(work, as_json=as_json, words=lambda made: _words(made, studio), data=_data)


def _words(made: New, studio: Path) -> str:
    name, brought = made.folder.path.name, made.brought
    along = {"captions": brought.captions, "masks": brought.masks, "originals": brought.originals}
    kept = ", ".join(f"{count} {what}" for what, count in along.items() if count)
    lines = [
        f"{name}: {brought.added} pictures came in, {brought.there} were there already."
        + (f" With them: {kept}." if kept else "")
    ]
    if brought.skipped:
        lines += [f"Left out ({len(brought.skipped)}):"]
        lines += [f"  {one.file}: {one.why}" for one in brought.skipped]
    for burst in brought.bursts:
        numbers = ", ".join(f"{number:04d}" for number in burst.numbers)
        lines += [
            f"Of one moment: {numbers}; {burst.sharpest:04d} is the sharpest. All of them came in."
        ]
    if made.unanswered:
        options = " ".join(f"--{each}" for each in made.unanswered)
        lines += [f"Not answered, and nothing waits for it: castmates new {name} {options}"]
    lines += [f"Next: castmates tag {name} --studio {studio}"]
    return "\n".join(lines)


def _data(made: New) -> dict[str, object]:
    return {
        "character": made.folder.path.name,
        "folder": str(made.folder.path),
        **made.brought.model_dump(mode="json"),
        "unanswered": list(made.unanswered),
    }
