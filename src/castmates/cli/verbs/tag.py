"""`castmates tag`: captions by a tagger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption

if TYPE_CHECKING:
    from rich.text import Text

    from castmates.studio.tag import Tagged

app = typer.Typer()

TaggerOption = Annotated[
    str, typer.Option(help="Who says what is there: storybook, wd:FOLDER or wd:OWNER/NAME (hub).")
]
StyleOption = Annotated[
    str, typer.Option(help="tags, sentence or both; default: as the base likes its captions.")
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(help="From which confidence (0 to 1) tags count; alone: names as well."),
]
CharacterOption = Annotated[
    float | None, typer.Option(help="The same for names of known characters; 1.01: none.")
]
CaptionerOption = Annotated[
    str,
    typer.Option(help="Sentences instead, by an image-to-text model: FOLDER or hub:OWNER/NAME."),
]
WriteOption = Annotated[
    bool | None,
    typer.Option("--write/--preview", help="Do it, or only show it (as --captioner does)."),
]
ProviderOption = Annotated[
    str, typer.Option(help="What computes: cpu, cuda, rocm, directml, coreml …, or auto.")
]
GateOption = Annotated[
    bool,
    typer.Option(
        "--rating-gate/--no-rating-gate",
        help="Leave pictures without a caption that the tagger rates questionable or explicit.",
    ),
]


@app.command("tag")
def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    style: StyleOption = "",
    tagger: TaggerOption = "storybook",
    captioner: CaptionerOption = "",
    threshold: ThresholdOption = None,
    character_threshold: CharacterOption = None,
    provider: ProviderOption = "cpu",
    rating_gate: GateOption = True,
    base: BaseOption = None,
    overwrite: Annotated[
        bool, typer.Option(help="Write over captions that were brought along or edited.")
    ] = False,
    write: WriteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Caption the pictures: trigger first, the character's own looks left out.

    Example: castmates tag pip --studio my-studio
    """
    from castmates.cli.verbs.captions import shown
    from castmates.files.studio import Studio
    from castmates.studio.tag import Tagging, tag

    how = Tagging(
        tagger, threshold, character_threshold, provider, style, base, overwrite, rating_gate
    )
    if captioner:
        from castmates.studio.describe import describe

        pass_through(
            lambda tell: describe(
                Studio.open(studio), name, captioner, how, write=bool(write), tell=tell
            ),
            as_json=as_json,
            words=shown,
            data=lambda edited: edited.model_dump(mode="json"),
        )
        return
    pass_through(
        lambda tell: tag(Studio.open(studio), name, how, write=write is not False, tell=tell),
        as_json=as_json,
        words=lambda tagged: _words(tagged, name, f" --studio {studio}"),
        data=lambda tagged: tagged.model_dump(mode="json"),
    )


def _words(tagged: Tagged, name: str, where: str) -> str | Text:
    if tagged.preview:
        return _previewed(tagged)
    looks = ", ".join(tagged.looks) or "none found"
    held = f", {len(tagged.held_back)} held back" if tagged.held_back else ""
    lines = [
        f"{name}: {tagged.written} captions written ({tagged.style}), {tagged.kept} kept{held}.",
        f"Left out, so that '{tagged.trigger}' stands for them: {looks}",
    ]
    if tagged.known_as:
        lines += [
            f"The tagger knows this character as '{tagged.known_as}': the best trigger there is "
            "(trigger in character.toml), because the base may know it too."
        ]
    return "\n".join([*lines, f"Next: castmates train {name}{where}"])


def _previewed(tagged: Tagged) -> Text:
    from castmates.cli.verbs.captions import shown
    from castmates.studio.captions import Edited

    left = f"Left out, so that '{tagged.trigger}' stands for them: {', '.join(tagged.looks)}"
    means = (left,) if tagged.looks else ()
    meant = tagged.written + tagged.kept + len(tagged.held_back)
    return shown(Edited(meant=meant, changes=tagged.changes, written=False, means=means))
