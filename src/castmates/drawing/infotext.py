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
from castmates.drawing.extension_fields import extensions_in, picture_fields, variation_fields
from castmates.drawing.parameters import Parameters
from castmates.drawing.sampler_names import (
    AUTOMATIC,
    TRAILING,
    named,
    schedule_named,
    schedule_written,
    written,
)
from castmates.drawing.shots import EXTENSIONS, ExtendedShot
from castmates.prompts.emphasis import MODES
from castmates.prompts.grammar import number, write, written_plainly
from castmates.prompts.nodes import Tag, nodes_of
from castmates.prompts.reading import read
from castmates.prompts.tags import ADAPTERS, name_of

PARAMETERS, OURS = "parameters", "castmates"
"""The keys of the two texts in a PNG."""

_TIMESTEPS = "Timesteps"
"""The field for schedules that A1111's names do not tell apart."""
_UNTOLD = ("trailing", "sgm uniform", "ddim", "time uniform", "lcm")
_shown_hash = 10
_shown_adapter_hash = 12


class Origin(Value):
    """What a picture was made with, besides its shot.

    Attributes:
        base: the base model's name.
        fingerprint: of its weights.
        vae, vae_hash: name and hash of a VAE that is not the base's own.
        hashes: adapter name -> hash of its tensors (AutoV3, hex), as far as known.
        inversions: textual inversion -> sha256 of its file, of those that the words name.
        upscalers: name -> sha256 of its file, of the one that hires fix used.
        files: digest -> file name, of the picture and the mask that it begins with.
        guidance_rescale: φ, a fact of the base.
        precision: the number format of the network's forward passes.
        device: where it ran.
        torch: the version of torch.
    """

    base: str
    fingerprint: str = ""
    vae: str = ""
    vae_hash: str = ""
    hashes: Mapping[str, str] = Field(default_factory=dict)
    inversions: Mapping[str, str] = Field(default_factory=dict)
    upscalers: Mapping[str, str] = Field(default_factory=dict)
    files: Mapping[str, str] = Field(default_factory=dict)
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
    prompt, negative = write(shot.words, shot.adapters), write(shot.negative)
    if shot.reading == "prompt":
        prompt = " ".join(part for part in (shot.words.strip(), write("", shot.adapters)) if part)
        negative = shot.negative.strip()
    said = Parameters(prompt=prompt, negative=negative, fields=_fields(shot, origin))
    return parameters.write(said)


def words_of(prompt: str, negative: str) -> dict[str, Any]:
    """The fields of a shot that a prompt as people write it fills.

    Plain words stay plain (`castmates.prompts.grammar.written_plainly`); anything else is kept as
    written.
    """
    words, away = written_plainly(prompt), written_plainly(negative)
    if words is None or away is None or away.adapters:
        return {"words": prompt, "negative": negative, "reading": "prompt"}
    return {"words": words.words, "adapters": words.adapters, "negative": away.words}


def adapters_of(shot: Shot) -> list[str]:
    """The names of a shot's adapters, each once: its own, and those that its words mention."""
    names = [use.name for use in shot.adapters]
    texts = [shot.words]
    if isinstance(shot, ExtendedShot) and shot.places is not None:
        names += [use.name for region in shot.places.regions for use in region.adapters]
        texts += [region.words for region in shot.places.regions]
    if shot.reading == "prompt":
        read_texts = (nodes_of(read(text, names=False)) for text in texts)
        tags = [node for nodes in read_texts for node in nodes if isinstance(node, Tag)]
        names += [name_of(tag) for tag in tags if tag.kind in ADAPTERS]
    return list(dict.fromkeys(name for name in names if name))


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
        return shot_of_parameters(parameters.read(text))
    if OURS in text:
        return _shot_of_record(text[OURS])
    if PARAMETERS in text:
        return shot_of_parameters(parameters.read(text[PARAMETERS]))
    raise BadInput(
        "This picture does not say how it was drawn.",
        "Take one that castmates, A1111 or Forge wrote, not a copy saved by a chat or a site.",
    )


def _fields(shot: Shot, origin: Origin) -> dict[str, str]:
    sampler = shot.sampler or ""
    used = adapters_of(shot)
    schedule = shot.schedule or TRAILING
    is_ours = schedule in ("trailing", "ddim") and sampler in ("", "ddim")
    hashes = [
        f"{parameters.named(name)}: {value[:_shown_adapter_hash]}"
        for name, value in origin.hashes.items()
        if name in used
    ]
    return {
        "Steps": str(shot.steps or ""),
        "Sampler": written(sampler),
        "Schedule type": "" if is_ours else schedule_written(schedule),
        "CFG scale": "" if shot.guidance is None else number(shot.guidance),
        "Seed": str(shot.seed),
        "Size": str(shot.size or ""),
        "Model hash": origin.fingerprint[:_shown_hash],
        "Model": origin.base,
        "VAE hash": origin.vae_hash[:_shown_hash],
        "VAE": origin.vae,
        **variation_fields(shot),
        **picture_fields(shot),
        "Clip skip": str(shot.clip_skip) if (shot.clip_skip or 1) > 1 else "",
        "RNG": shot.rng.upper(),
        "Emphasis": "" if shot.emphasis == "original" else shot.emphasis.capitalize(),
        _TIMESTEPS: shot.schedule if shot.schedule in _UNTOLD else "",
        "CFG rescale": number(origin.guidance_rescale) if origin.guidance_rescale else "",
        "Lora hashes": ", ".join(hashes),
        "TI hashes": ", ".join(
            f"{parameters.named(name)}: {value[:_shown_adapter_hash]}"
            for name, value in origin.inversions.items()
        ),
        "Version": f"castmates {__version__}",
    }


def _shot_of_record(text: str) -> Shot:
    try:
        shot = json.loads(text)["shot"]
        return _kind(shot).model_validate(shot)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(
            f"The castmates text of this picture cannot be read: {_reason(error)}.",
            "A newer castmates may have written it: update, or use its 'parameters' text.",
        ) from error


def shot_of_parameters(said: Parameters) -> Shot:
    """The shot of an infotext that is taken apart, whoever wrote it.

    What it leaves out counts as A1111 counts it: random numbers are a graphics card's (NVIDIA's, on
    any machine), the schedule is the sampler's own. A text of words alone leaves all of it open.

    Raises:
        BadInput: a value that is none.
    """
    fields = said.fields
    found = words_of(said.prompt, said.negative)
    known = {"Steps": "steps", "CFG scale": "guidance", "Seed": "seed", "Size": "size"}
    found |= {ours: fields[key] for key, ours in known.items() if fields.get(key)}
    if fields:
        found |= {"rng": "cpu" if fields.get("RNG") == "CPU" else "nv"}
        found |= {"clip_skip": fields.get("Clip skip") or 1, "schedule": _schedule(said)}
        mode = said.emphasis.lower()
        found |= {"emphasis": mode} if mode in MODES else {}
    if fields.get("Sampler"):
        found["sampler"] = named(fields["Sampler"]).sampler
    try:
        found |= extensions_in(fields)
        return _kind(found).model_validate(found)
    except ValidationError as error:
        raise BadInput(
            f"The parameters of this picture cannot be read: {_reason(error)}.",
            "Mend the line that begins with 'Steps:'.",
        ) from error


def _kind(fields: object) -> type[Shot]:
    """The plain kind for what plain shots can say."""
    is_more = isinstance(fields, Mapping) and any(key in fields for key in EXTENSIONS)
    return ExtendedShot if is_more else Shot


def _schedule(said: Parameters) -> str | None:
    """Our name of the schedule; versions of ours before this field knew one only."""
    if said.fields.get(_TIMESTEPS):
        return said.fields[_TIMESTEPS]
    schedule = schedule_named(said.schedule)
    ours = said.fields.get("Version", "").startswith("castmates")
    return None if ours and schedule in (AUTOMATIC, "sgm uniform") else schedule


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{type(error).__name__} {error}"
