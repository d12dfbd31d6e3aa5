"""What a drawing begins with besides words, and a second pass: as a door asks; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from castmates.backends.upscalers import named_upscaler, open_upscaler
from castmates.core.errors import BadInput, Misfits
from castmates.core.ports import Mask, Pixels
from castmates.core.types import Shot, Value, WrittenSize
from castmates.drawing.shots import (
    Area,
    ExtendedShot,
    Hires,
    Inpaint,
    Resize,
    Start,
    Variation,
    extended,
    settled,
)
from castmates.drawing.sources import BUILT_IN, LATENT, Sources, digest_of
from castmates.files.decoding import decode
from castmates.files.images import read, write_mask, write_png
from castmates.files.reading import read_bytes
from castmates.files.writing import made

LATENT_STRENGTH = 0.6
"""Of a second pass on stretched latents, where none is said: less would leave them blurred."""
KEPT = "sources"
"""The folder beside drawings that keeps what they began with, so that they can be drawn again."""
_OF_START = ("strength", "resize")
_OF_MASK = ("mask_blur", "area", "padding")
_OF_VARIATION = ("subseed", "subseed_strength", "resize_from")
_OF_HIRES = ("hires", "hires_steps", "hires_strength", "hires_upscaler")


class Extras(Value):
    """None: not asked for, or as in the picture that is drawn again.

    Attributes:
        image: the picture to begin with; `strength` and `resize` as in
            `castmates.drawing.shots.Start`.
        mask: white where it is drawn anew; the rest as in `Inpaint`.
        subseed, subseed_strength, resize_from: as in `Variation`.
        hires: times the size of the first pass; the rest as in `Hires`.
        vae: another VAE than the base's own: a file, a folder, or a name in the studio's folders.
        hires_upscaler: "latent", "lanczos", "storybook" or a file.
    """

    image: Path | None = None
    strength: float | None = Field(default=None, ge=0.0, le=1.0)
    resize: Resize | None = None
    mask: Path | None = None
    mask_blur: float | None = Field(default=None, ge=0.0, le=256.0)
    area: Area | None = None
    padding: int | None = Field(default=None, ge=0, le=4096)
    subseed: int | None = Field(default=None, ge=0, lt=2**63)
    subseed_strength: float | None = Field(default=None, ge=0.0, le=1.0)
    resize_from: WrittenSize | None = None
    hires: float | None = Field(default=None, ge=1.0, le=8.0)
    hires_steps: int | None = Field(default=None, ge=1, le=1000)
    hires_strength: float | None = Field(default=None, ge=0.0, le=1.0)
    hires_upscaler: str | None = None
    vae: str | None = None

    def said(self, *names: str) -> dict[str, Any]:
        """Those of some fields that are asked for."""
        found = {name: getattr(self, name) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def varies(self) -> bool:
        """Whether pictures differ by their second seed, and share the first."""
        return bool(self.subseed_strength)


def demand_company(extras: Extras, shot: Shot | None = None) -> None:
    """Refuse settings of something that is not there.

    Args:
        shot: that is drawn again; None: a new one.

    Raises:
        BadInput: all of them at once.
    """
    known = extended(shot) if shot is not None else ExtendedShot(words="")
    begins = extras.image is not None or known.start is not None
    masked = extras.mask is not None or (known.start is not None and known.start.mask is not None)
    second = extras.hires is not None or known.hires is not None
    misfits = Misfits()
    for names, there, wanted in (
        (_OF_START, begins, "--image FILE"),
        (("mask",), begins, "--image FILE"),
        (_OF_MASK, masked, "--mask FILE"),
        (_OF_HIRES[1:], second, "--hires 2"),
    ):
        said = extras.said(*names)
        if said and not there:
            listed = ", ".join(name.replace("_", " ") for name in said)
            misfits.add(BadInput(f"There is nothing that '{listed}' is about.", f"Add {wanted}."))
    if extras.subseed is not None and not extras.varies and known.variation is None:
        misfits.add(
            BadInput("A second seed without a strength does nothing.", "Add --subseed-strength 0.2")
        )
    misfits.raise_if_any()


def sources_of(extras: Extras, shot: Shot | None = None, folders: Sequence[Path] = ()) -> Sources:
    """Read and open what is asked for, or what a picture that is drawn again began with.

    Args:
        folders: where sources of earlier drawings are kept.

    Raises:
        Missing, BadInput, Unfit: a file is not there, or is not what it should be.
    """
    known = extended(shot) if shot is not None else ExtendedShot(words="")
    sources = Sources()
    mask = known.start.mask if known.start is not None else None
    picture_file = extras.image or _kept(known.start.picture if known.start else "", folders)
    mask_file = extras.mask or _kept(_mask_name(mask.picture) if mask else "", folders)
    if picture_file is not None:
        sources = with_picture(sources, read(picture_file), picture_file.name)
    if mask_file is not None:
        sources = with_mask(sources, read_mask(mask_file), mask_file.name)
    for file in (_kept(_mask_name(one), folders) for one in _region_masks(known)):
        if file is not None:
            sources = with_mask(sources, read_mask(file), file.name)
    wanted = extras.hires_upscaler
    if wanted is None and known.hires is not None and known.hires.upscaler == "storybook":
        wanted = known.hires.upscaler
    if wanted is not None and wanted not in BUILT_IN:
        name, asked = named_upscaler(wanted, BUILT_IN)
        sources = replace(sources, upscalers={name: open_upscaler(asked)})
    return sources


def with_picture(sources: Sources, picture: Pixels, name: str = "") -> Sources:
    """The sources and one picture more."""
    digest = digest_of(picture)
    files = {**sources.files, digest: name} if name else sources.files
    return replace(sources, pictures={**sources.pictures, digest: picture}, files=files)


def with_mask(sources: Sources, mask: Mask, name: str = "") -> Sources:
    """The sources and one mask more."""
    digest = digest_of(mask)
    files = {**sources.files, digest: name} if name else sources.files
    return replace(sources, masks={**sources.masks, digest: mask}, files=files)


def read_mask(path: Path) -> Mask:
    """(H, W): True where a picture is lighter than mid grey and not transparent.

    Raises:
        Missing, BadInput: as `castmates.files.images.read`.
    """
    found = decode(read_bytes(Path(path)), Path(path))
    light: Mask = found.pixels.mean(2) >= 128
    return light if found.alpha is None else light & (found.alpha >= 128)


def with_extras(shot: Shot, extras: Extras, sources: Sources, number: int = 0) -> Shot:
    """The shot with what is asked for in the place of its own.

    Args:
        number: of the picture, from 0: its second seed is so much higher.
    """
    known = extended(shot)
    changes = {
        "variation": _variation(known.variation, extras, number),
        "start": _start(known.start, extras, sources),
        "hires": _hires(known.hires, extras),
    }
    return settled(known.model_copy(update=changes))


def keep(sources: Sources, shots: Sequence[Shot], into: Path) -> None:
    """Keep what the shots begin with, and masks of regions, beside the drawings: each once, named
    by digest."""
    starts = [shot.start for shot in map(extended, shots) if shot.start]
    for start in starts:
        picture = sources.pictures.get(start.picture)
        path = into / KEPT / f"{start.picture}.png"
        if picture is not None and not path.exists():
            write_png(made(path.parent) / path.name, picture)
    digests = [start.mask.picture for start in starts if start.mask is not None]
    for digest in dict.fromkeys(
        [*digests, *(one for shot in shots for one in _region_masks(shot))]
    ):
        mask = sources.masks.get(digest)
        path = into / KEPT / f"{_mask_name(digest)}.png"
        if mask is not None and not path.exists():
            write_mask(made(path.parent) / path.name, mask.astype(np.uint8) * np.uint8(255))


def _region_masks(shot: Shot) -> list[str]:
    """The digests of the masks of a shot's regions."""
    places = extended(shot).places
    return [one.mask for one in places.regions if one.mask] if places is not None else []


def _variation(known: Variation | None, extras: Extras, number: int) -> Variation | None:
    said = extras.said(*_OF_VARIATION)
    if known is None and not said:
        return None
    before = known or Variation()
    strength = said.get("subseed_strength", before.strength)
    return Variation(
        seed=(said.get("subseed", before.seed) + number) if strength else 0,
        strength=strength,
        resize_from=said.get("resize_from", before.resize_from),
    )


def _start(known: Start | None, extras: Extras, sources: Sources) -> Start | None:
    if known is None and extras.image is None:
        return None
    before = known or Start()
    said = extras.said(*_OF_START)
    if extras.image is not None:
        said["picture"] = next(iter(sources.pictures))
    mask = before.mask
    if mask is not None or extras.mask is not None:
        changes = extras.said("area", "padding")
        changes |= {"blur": extras.mask_blur} if extras.mask_blur is not None else {}
        changes |= {"picture": next(iter(sources.masks))} if extras.mask is not None else {}
        mask = (mask or Inpaint()).model_copy(update=changes)
    return before.model_copy(update={**said, "mask": mask})


def _hires(known: Hires | None, extras: Extras) -> Hires | None:
    if known is None and extras.hires is None:
        return None
    names = {"hires": "scale", "hires_steps": "steps", "hires_strength": "strength"}
    said = {names[key]: value for key, value in extras.said(*names).items()}
    if extras.hires_upscaler is not None:
        said["upscaler"] = named_upscaler(extras.hires_upscaler, BUILT_IN)[0]
    if known is None and said.get("upscaler") == LATENT:
        said.setdefault("strength", LATENT_STRENGTH)
    return (known or Hires()).model_copy(update=said)


def _kept(name: str, folders: Sequence[Path]) -> Path | None:
    """The file of an earlier drawing's source; its name is a digest, so it is that source."""
    if not name or Path(name).name != name:
        return None
    found = (folder / KEPT / f"{name}.png" for folder in folders)
    return next((path for path in found if path.is_file()), None)


def _mask_name(digest: str) -> str:
    return f"{digest}-mask" if digest else ""
