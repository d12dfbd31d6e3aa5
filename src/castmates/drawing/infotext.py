"""Write a shot into a picture and read it back; knows no network and no file.

Two texts travel with a picture: `parameters`, which A1111, Forge and Civitai read (layout of A1111
1.10), and `castmates`, our own JSON, from which the very same shot comes back. A1111's form cannot
hold everything: spaces at the ends of lines are lost, and a line of the words that begins with
"Negative prompt:" is read as one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import Field, ValidationError

from castmates import __version__
from castmates.core.errors import BadInput
from castmates.core.types import Shot, Value
from castmates.drawing import parameters
from castmates.drawing.parameters import Parameters
from castmates.drawing.sampler_names import written
from castmates.prompts.grammar import number, parse, write

PARAMETERS, OURS = "parameters", "castmates"
"""The keys of the two texts in a PNG."""

_shown_hash = 10
_shown_adapter_hash = 12


class Origin(Value):
    """What a picture was made with, besides its shot.

    Attributes:
        base: the base model's name.
        fingerprint: of its weights.
        hashes: adapter name -> hash of its tensors (AutoV3, hex), as far as known.
        guidance_rescale: φ, a fact of the base.
        precision: the number format of the network's forward passes.
        device: where it ran.
        torch: the version of torch.
    """

    base: str
    fingerprint: str = ""
    hashes: Mapping[str, str] = Field(default_factory=dict)
    guidance_rescale: float = 0.0
    precision: str = "float32"
    device: str = "cpu"
    torch: str = ""


class Signed(Protocol):
    """A picture that knows its shot and origin (castmates.drawing.painter.Drawn is one)."""

    @property
    def shot(self) -> Shot: ...

    @property
    def origin(self) -> Origin: ...


def png_texts(drawn: Signed) -> dict[str, str]:
    """Both texts of a drawn picture, by their PNG keys."""
    return {
        PARAMETERS: text_of(drawn.shot, drawn.origin),
        OURS: record_of(drawn.shot, drawn.origin),
    }


def text_of(shot: Shot, origin: Origin) -> str:
    """A1111's infotext of a drawn shot: words with `<lora:…>` tags, negative words, fields."""
    said = Parameters(
        prompt=write(shot.words, shot.adapters),
        negative=write(shot.negative),
        fields=_fields(shot, origin),
    )
    return parameters.write(said)


def record_of(shot: Shot, origin: Origin) -> str:
    """Our own JSON: the whole shot, and what it was drawn with."""
    record = {
        "castmates": __version__,
        "shot": shot.model_dump(mode="json"),
        "origin": origin.model_dump(mode="json"),
    }
    return json.dumps(record, ensure_ascii=False, sort_keys=True)


def shot_of(text: str | Mapping[str, str]) -> Shot:
    """The shot of an infotext, or of a picture's texts (ours before A1111's).

    Raises:
        BadInput: neither text is there, or it cannot be read; the message says what.
    """
    if isinstance(text, str):
        return _shot_of_infotext(text)
    if OURS in text:
        return _shot_of_record(text[OURS])
    if PARAMETERS in text:
        return _shot_of_infotext(text[PARAMETERS])
    raise BadInput(
        "This picture does not say how it was drawn.",
        "Take one that castmates, A1111 or Forge wrote, not a copy saved by a chat or a site.",
    )


def _fields(shot: Shot, origin: Origin) -> dict[str, str]:
    sampler = shot.sampler or ""
    used = {use.name for use in shot.adapters}
    hashes = [
        f"{parameters.named(name)}: {value[:_shown_adapter_hash]}"
        for name, value in origin.hashes.items()
        if name in used
    ]
    return {
        "Steps": str(shot.steps or ""),
        "Sampler": written(sampler),
        "Schedule type": "SGM Uniform" if sampler not in ("", "ddim") else "",
        "CFG scale": "" if shot.guidance is None else number(shot.guidance),
        "Seed": str(shot.seed),
        "Size": str(shot.size or ""),
        "Model hash": origin.fingerprint[:_shown_hash],
        "Model": origin.base,
        "RNG": "CPU",
        "CFG rescale": number(origin.guidance_rescale) if origin.guidance_rescale else "",
        "Lora hashes": ", ".join(hashes),
        "Version": f"castmates {__version__}",
    }


def _shot_of_record(text: str) -> Shot:
    try:
        record = json.loads(text)
        return Shot.model_validate(record["shot"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"The castmates text of this picture cannot be read: {_reason(error)}.",
            "A newer castmates may have written it: update, or use its 'parameters' text.",
        ) from error


def _shot_of_infotext(text: str) -> Shot:
    said = parameters.read(text)
    prompt, fields = parse(said.prompt), said.fields
    found: dict[str, Any] = {
        "words": prompt.words,
        "adapters": prompt.adapters,
        "negative": parse(said.negative).words,
    }
    named = {"Steps": "steps", "CFG scale": "guidance", "Seed": "seed", "Size": "size"}
    found |= {ours: fields[key] for key, ours in named.items() if fields.get(key)}
    if fields.get("Sampler"):
        found["sampler"] = fields["Sampler"].lower()
    try:
        return Shot.model_validate(found)
    except ValidationError as error:
        raise BadInput(
            f"The parameters of this picture cannot be read: {_reason(error)}.",
            "Mend the line that begins with 'Steps:'.",
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{type(error).__name__} {error}"
