"""From what a picture says of itself to the shot that draws it again; draws nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import Field

from castmates.core.types import Shot, Value
from castmates.drawing.extension_fields import KEYS, USUAL_HIRES_STRENGTH
from castmates.drawing.found import Seen, seen
from castmates.drawing.infotext import OURS, Origin, shot_of, shot_of_parameters
from castmates.drawing.shots import ExtendedShot
from castmates.drawing.upscale import ENLARGED, record_in

_HONOURED = (
    "Steps", "Sampler", "Schedule type", "CFG scale", "Seed", "Size", "Clip skip", "RNG",
    "Emphasis", "Timesteps", "Lora hashes",
)  # fmt: skip
_NOTES = (
    "Model", "Model hash", "Hashes", "TI hashes", "Version", "User", "Time taken", "CFG rescale",
    "Civitai resources", "Civitai metadata", "Distilled CFG Scale",
)  # fmt: skip
"""Fields that decide nothing which could be drawn otherwise here, or are compared elsewhere."""


class Again(Value):
    """A picture's shot.

    Attributes:
        origin: what it was made with; None: another program made it.
        model: the base's name and the beginning of its hash, as far as said.
        hashes: adapter -> the beginning of its hash (AutoV3), as far as said.
        inversions: textual inversion -> the beginning of its file's hash, as far as said.
        unread: what cannot be honoured, a sentence each.
    """

    shot: Shot
    origin: Origin | None = None
    model: tuple[str, str] = ("", "")
    hashes: Mapping[str, str] = Field(default_factory=dict)
    inversions: Mapping[str, str] = Field(default_factory=dict)
    unread: tuple[str, ...] = ()


def again(texts: Mapping[str, str]) -> Again:
    """The shot of a picture's texts (`castmates.drawing.found.texts_of`).

    Raises:
        BadInput: they do not say how the picture was made, or say it in a way that is none.
    """
    if OURS in texts:
        # The whole shot: A1111's text beside it says less.
        shot, origin = shot_of(texts), _origin(texts[OURS])
        model = (origin.base, origin.fingerprint)
        unread = _enlarged(texts)
        told = {"hashes": origin.hashes, "inversions": origin.inversions}
        return Again(shot=shot, origin=origin, model=model, unread=unread, **told)
    found = seen(texts)
    shot = shot_of_parameters(found.parameters)
    if found.source != "a1111":
        # ComfyUI and NovelAI draw their noise on the CPU.
        shot = shot.model_copy(update={"rng": "cpu"})
    if found.source == "comfyui" and shot.reading == "prompt":
        shot = shot.model_copy(update={"emphasis": "comfy"})
    fields = found.parameters.fields
    model = fields.get("Model", ""), fields.get("Model hash", "")
    hashes, of_words = found.parameters.hashes(), found.parameters.hashes("TI hashes")
    unread = (*found.unread, *_unread(found, shot))
    return Again(shot=shot, model=model, hashes=hashes, inversions=of_words, unread=unread)


def _unread(found: Seen, shot: Shot) -> list[str]:
    said = []
    fields = found.parameters.fields
    hires = shot.hires if isinstance(shot, ExtendedShot) else None
    told = [*_HONOURED, *_NOTES, *KEYS]
    if hires is None and "Hires resize" in fields:
        told = [key for key in told if not key.startswith(("Hires", "Denoising"))]
    odd = [key for key in fields if key not in told]
    if odd:
        said.append(f"Not drawn from this picture's parameters: {', '.join(odd)}.")
    if hires is not None and "Denoising strength" not in fields:
        said.append(f"Hires upscale without a Denoising strength counts as {USUAL_HIRES_STRENGTH}.")
    if found.parameters.old_schedules:
        said.append("Its schedules count as before A1111 1.6; they are read as of today.")
    if shot.sampler is not None and "sde" in shot.sampler:
        said.append("Noise of SDE samplers is our own: the same kind of picture, not the same.")
    return said


def _enlarged(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Whether the picture was made larger since it was drawn."""
    done = (record_in(texts) or {}).get(ENLARGED)
    if done is None:
        return ()
    return (f"It was enlarged after it was drawn ({done}); this draws it as it was before.",)


def _origin(text: str) -> Origin:
    try:
        return Origin.model_validate(json.loads(text)["origin"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Origin(base="")
