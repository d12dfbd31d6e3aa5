"""`castmates draw`: pictures from words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption
from castmates.core.errors import BadInput
from castmates.core.events import Tell

app = typer.Typer()

NumberOption = Annotated[int, typer.Option("--number", "-n", min=1, max=256, help="How many.")]
SeedOption = Annotated[int, typer.Option(min=0, help="The first picture's seed; the next follow.")]
StepsOption = Annotated[
    int | None, typer.Option(min=1, max=1000, help="With --parse: steps of the pass.")
]
ParseOption = Annotated[
    bool, typer.Option("--parse", help="Draw nothing; show how the prompt is read, step by step.")
]
EmphasisOption = Annotated[
    str, typer.Option(help="With --parse: how weights act: original, no norm, comfy, ignore, none.")
]


@app.command("draw")
def command(
    words: Annotated[
        str,
        typer.Argument(help="The prompt; {pip} brings the character, <lora:pip:0.8> an adapter."),
    ],
    studio: StudioOption = HERE,
    base: BaseOption = None,
    number: NumberOption = 4,
    seed: SeedOption = 0,
    negative: Annotated[str, typer.Option(help="What should not be there.")] = "",
    size: Annotated[str | None, typer.Option(help="Width and height: 128 or 640x768.")] = None,
    steps: StepsOption = None,
    parse: ParseOption = False,
    emphasis: EmphasisOption = "original",
    as_json: JsonOption = False,
) -> None:
    """Draw pictures; every PNG carries the words and settings that made it.

    Example: castmates draw "{pip}, crown, castle, smile" --studio my-studio
    """
    from castmates.files.studio import Studio

    if parse:
        _parse(studio, (words, negative), (steps, seed), base, emphasis, as_json)
        return

    def work(tell: Tell) -> list[Path]:
        from castmates.studio.draw import Wish, draw, read_size

        if steps is not None:
            raise BadInput(
                "--steps is only read with --parse in this version.",
                "Leave it out, or add --parse.",
            )
        opened = Studio.open(studio)
        wanted = read_size(size) if size else None
        wish = Wish(words=words, negative=negative, number=number, seed=seed, size=wanted)
        return draw(opened, wish, base=base, tell=tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda paths: "\n".join(str(path) for path in paths),
        data=lambda paths: {"pictures": [str(path) for path in paths]},
    )


def _parse(
    folder: Path,
    said: tuple[str, str],
    course: tuple[int | None, int],
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
        return parse(opened, Question(*said, *course, base, mode))

    pass_through(work, as_json=as_json, words=as_words, data=as_data)
