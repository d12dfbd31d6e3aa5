"""Fields of A1111's infotext for init pictures, masks, hires fix and variations; knows no prompt.

The keys are A1111's, but for three of ours: `Mask hash` and `Resize mode`, which it does not write,
and `Init image hash`, which holds our digest where we wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from castmates.core.types import Shot
from castmates.drawing.shots import ExtendedShot, Hires, Inpaint, Start, Variation
from castmates.prompts.grammar import number

KEYS = (
    "Variation seed", "Variation seed strength", "Seed resize from", "Denoising strength",
    "Init image hash", "Resize mode", "Mask hash", "Mask blur", "Inpaint area",
    "Masked area padding", "Hires upscale", "Hires resize", "Hires steps", "Hires upscaler",
)  # fmt: skip
USUAL_HIRES_STRENGTH = "0.75"
"""What A1111's interface takes where none is said."""

_RESIZES = {"crop": "Crop and resize", "fill": "Resize and fill", "stretch": "Just resize"}
_AREAS = {"whole": "Whole picture", "masked": "Only masked"}
_UPSCALERS = {"latent": "Latent", "lanczos": "Lanczos"}


def variation_fields(shot: Shot) -> dict[str, str]:
    """Which stand before the clip skip in A1111's order; empty values are not written."""
    varied = shot.variation if isinstance(shot, ExtendedShot) else None
    if varied is None:
        return {}
    strong = varied.strength > 0.0
    return {
        "Variation seed": str(varied.seed) if strong else "",
        "Variation seed strength": number(varied.strength) if strong else "",
        "Seed resize from": str(varied.resize_from or ""),
    }


def picture_fields(shot: Shot) -> dict[str, str]:
    """What stands behind them."""
    if not isinstance(shot, ExtendedShot):
        return {}
    start, hires = shot.start, shot.hires
    fields: dict[str, str] = {}
    if start is not None:
        resize = "" if start.resize == "crop" else _RESIZES[start.resize]
        fields = {
            "Denoising strength": number(start.strength),
            "Init image hash": start.picture,
            "Resize mode": resize,
            **_mask_fields(start.mask),
        }
    if hires is not None:
        fields |= {
            "Denoising strength": number(hires.strength),
            "Hires upscale": number(hires.scale),
            "Hires steps": str(hires.steps or ""),
            "Hires upscaler": _UPSCALERS.get(hires.upscaler, hires.upscaler),
        }
    return fields


def _mask_fields(mask: Inpaint | None) -> dict[str, str]:
    if mask is None:
        return {}
    masked = mask.area == "masked"
    return {
        "Mask hash": mask.picture,
        "Mask blur": number(mask.blur),
        "Inpaint area": _AREAS[mask.area] if masked else "",
        "Masked area padding": str(mask.padding) if masked else "",
    }


def extensions_in(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an `ExtendedShot` that an infotext says, unchecked; {} for a plain one."""
    found: dict[str, Any] = {}
    varied = {
        "seed": fields.get("Variation seed"),
        "strength": fields.get("Variation seed strength"),
        "resize_from": fields.get("Seed resize from"),
    }
    if any(varied.values()):
        found["variation"] = Variation.model_validate(_said(varied))
    strength = fields.get("Denoising strength")
    scale = fields.get("Hires upscale") or _scale(fields)
    if scale:
        found["hires"] = _hires(fields, scale, strength)
    elif strength and "Hires resize" not in fields:
        found["start"] = _start(fields, strength)
    return found


def _hires(fields: Mapping[str, str], scale: str, strength: str | None) -> Hires:
    named, steps = fields.get("Hires upscaler", "Latent"), fields.get("Hires steps")
    ours = {theirs: name for name, theirs in _UPSCALERS.items()}
    said = {
        "scale": scale,
        "steps": None if steps == "0" else steps,  # A1111's way to say: as in the first pass
        "strength": strength or USUAL_HIRES_STRENGTH,
        "upscaler": ours.get(named, named),
    }
    return Hires.model_validate(_said(said))


def _scale(fields: Mapping[str, str]) -> str:
    """What `Hires resize` scales by, where it keeps the picture's shape; else ""."""
    wanted, first = (_sides(fields.get(key, "")) for key in ("Hires resize", "Size"))
    if wanted is None or first is None or 0 in first:
        return ""
    # A side of 0 follows the other one.
    scales = {side / own for side, own in zip(wanted, first, strict=True) if side}
    return number(scales.pop()) if len(scales) == 1 else ""


def _sides(text: str) -> tuple[int, int] | None:
    width, _, height = text.partition("x")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else None


def _start(fields: Mapping[str, str], strength: str) -> Start:
    resizes = {theirs: name for name, theirs in _RESIZES.items()}
    areas = {theirs: name for name, theirs in _AREAS.items()}
    mask = None
    if "Mask blur" in fields or "Mask hash" in fields or "Inpaint area" in fields:
        said = {
            "picture": fields.get("Mask hash"),
            "blur": fields.get("Mask blur"),
            "area": areas.get(fields.get("Inpaint area", "")),
            "padding": fields.get("Masked area padding"),
        }
        mask = Inpaint.model_validate(_said(said))
    begun = {
        "picture": fields.get("Init image hash"),
        "strength": strength,
        "resize": resizes.get(fields.get("Resize mode", "")),
        "mask": mask,
    }
    return Start.model_validate(_said(begun))


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not said."""
    return {key: value for key, value in values.items() if value not in (None, "")}
