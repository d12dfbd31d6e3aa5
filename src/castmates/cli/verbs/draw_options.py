"""Options of drawing from pictures, twice and in variations; knows no stage.

They are many, so they stand in functions of their own, which a command takes over.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

Options = Callable[..., dict[str, Any]]


class ResizeWay(StrEnum):
    """How a picture is brought to the size that is drawn."""

    CROP = "crop"
    FILL = "fill"
    STRETCH = "stretch"


_FROM_PICTURE, _TWICE, _VARIED = "From a picture", "A second, larger pass", "Variations"
ImageOption = Annotated[
    Path | None,
    typer.Option("--image", help="Begin with this picture.", rich_help_panel=_FROM_PICTURE),
]
StrengthOption = Annotated[
    float | None,
    typer.Option(
        "--strength",
        min=0.0,
        max=1.0,
        help="How much is drawn anew: 0 nothing, 1 everything; usually 0.75.",
        rich_help_panel=_FROM_PICTURE,
    ),
]
ResizeOption = Annotated[
    ResizeWay | None,
    typer.Option(
        "--resize", help="To the size: cut, fill the edges, distort.", rich_help_panel=_FROM_PICTURE
    ),
]
MaskOption = Annotated[
    Path | None,
    typer.Option("--mask", help="Only what is white here is drawn.", rich_help_panel=_FROM_PICTURE),
]
MaskBlurOption = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=256.0,
        help="Softness of the mask's edge, in pixels; usually 4.",
        rich_help_panel=_FROM_PICTURE,
    ),
]
OnlyMaskedOption = Annotated[
    bool | None,
    typer.Option(
        "--only-masked/--whole-picture",
        help="Draw the mask's surroundings at full size.",
        rich_help_panel=_FROM_PICTURE,
        show_default=False,
    ),
]
PaddingOption = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=4096,
        help="Pixels around the mask, with --only-masked; usually 32.",
        rich_help_panel=_FROM_PICTURE,
    ),
]
HiresOption = Annotated[
    float | None,
    typer.Option(
        min=1.0, max=8.0, help="Enlarge so many times and draw again.", rich_help_panel=_TWICE
    ),
]
HiresStepsOption = Annotated[
    int | None,
    typer.Option(min=1, max=1000, help="Of the second pass.", rich_help_panel=_TWICE),
]
HiresDenoiseOption = Annotated[
    float | None,
    typer.Option(
        "--hires-denoise",
        min=0.0,
        max=1.0,
        help="Its noise: 0.2, with latent 0.6.",
        rich_help_panel=_TWICE,
    ),
]
HiresUpscalerOption = Annotated[
    str | None,
    typer.Option(help="lanczos (usual), latent, storybook or a file.", rich_help_panel=_TWICE),
]
VaeOption = Annotated[
    str | None,
    typer.Option("--vae", help="Another VAE than the base's own: a file, folder or name."),
]
SubseedOption = Annotated[
    int | None, typer.Option(min=0, help="A second seed.", rich_help_panel=_VARIED)
]
SubseedStrengthOption = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, help="How much of it: 0.2.", rich_help_panel=_VARIED),
]
ResizeFromOption = Annotated[
    str | None,
    typer.Option(
        "--seed-resize-from", help="The size at which the seed is known.", rich_help_panel=_VARIED
    ),
]


def from_picture(
    image: ImageOption = None,
    strength: StrengthOption = None,
    resize: ResizeOption = None,
    mask: MaskOption = None,
    mask_blur: MaskBlurOption = None,
    only_masked: OnlyMaskedOption = None,
    padding: PaddingOption = None,
) -> dict[str, Any]:
    """What a drawing begins with."""
    area = None if only_masked is None else ("masked" if only_masked else "whole")
    return {
        "image": image,
        "strength": strength,
        "resize": None if resize is None else resize.value,
        "mask": mask,
        "mask_blur": mask_blur,
        "area": area,
        "padding": padding,
    }


def second_pass(
    hires: HiresOption = None,
    hires_steps: HiresStepsOption = None,
    hires_strength: HiresDenoiseOption = None,
    hires_upscaler: HiresUpscalerOption = None,
) -> dict[str, Any]:
    """Hires fix: each handed on by its name."""
    return {**locals()}


def variations(
    subseed: SubseedOption = None,
    subseed_strength: SubseedStrengthOption = None,
    resize_from: ResizeFromOption = None,
) -> dict[str, Any]:
    """A second seed: each handed on by its name."""
    return {**locals()}


def parts(vae: VaeOption = None) -> dict[str, Any]:
    """Parts of the base: each handed on by its name."""
    return {**locals()}


def also_takes(*groups: Options) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some functions; what these make of them comes by keywords."""

    def changed(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)
        theirs = [inspect.signature(group, eval_str=True) for group in groups]
        named = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        taken = [p for signature in theirs for p in signature.parameters.values()]

        @wraps(command)
        def called(**given: Any) -> None:
            for group, signature in zip(groups, theirs, strict=True):
                said = {name: given.pop(name) for name in signature.parameters}
                given.update(group(**said))
            command(**given)

        both = [p.replace(kind=p.KEYWORD_ONLY) for p in (*named, *taken)]
        called.__signature__ = own.replace(parameters=both)  # type: ignore[attr-defined]
        called.__annotations__ = {p.name: p.annotation for p in both}
        return called

    return changed
