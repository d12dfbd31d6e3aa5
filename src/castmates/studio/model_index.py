"""Models that were seen in folders, by name, hash, kind and family; reads no file.

models = scan(studio).models
models.one("pip-000006", kind="lora").path      what `<lora:pip-000006:0.8>` names
models.hashed("6ce0161689", kind="checkpoint")  what "Model hash" in an infotext names
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean
from castmates.core.types import Value
from castmates.families.recognising import Kind
from castmates.files.hashes import Hashes
from castmates.files.model_tree import Form

_digits = re.compile(r"^(0x)?[0-9a-f]{8,64}$")
_OF_NOTHING = sha256(b"").hexdigest()


class Model(Value):
    """A model somewhere on this machine, as its header describes it.

    Attributes:
        name: the file without its suffix, or the folder: what prompts call it.
        path: where it is; nothing there is ever written.
        place: its path below the folder that it was found in ("loras/pip.safetensors").
        alias: another name, out of its header (`ss_output_name`).
        families, variant, traits: as in `castmates.families.recognising.Recognised`.
        bytes: its size.
        triggers: words that call what it learnt, as its header says.
        tags: its commonest training tags and how many pictures had them, most first.
        base: the base that an adapter was trained on, as its header calls it.
        stated_hash: what its header says its AutoV3 is; A1111 believes it, right or wrong.
        licence: as its header or folder states it; "": it does not.
        may_sell: as its folder states it.
        resolution, prediction, clip_skip: as its header states them.
        opens: castmates draws on this folder as it is.
        problems: what deserves a look.
        hashes: as far as they were summed.
    """

    name: str
    path: str
    place: str = ""
    alias: str = ""
    kind: Kind = "unknown"
    form: Form = "safetensors"
    families: tuple[str, ...] = ()
    variant: str = ""
    traits: tuple[str, ...] = ()
    bytes: int = 0
    triggers: tuple[str, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    base: str = ""
    stated_hash: str = ""
    licence: str = ""
    may_sell: bool | None = None
    resolution: str = ""
    prediction: str = ""
    clip_skip: int | None = None
    opens: bool = False
    problems: tuple[str, ...] = ()
    hashes: Hashes = Hashes()

    def answers(self, digits: str) -> bool:
        """Whether a hash of this model is, or begins with, these digits (see `digits_of`)."""
        return self.hashes.are(digits) or self.stated_hash.startswith(digits)


@dataclass(frozen=True)
class Models:
    """Models in the order in which they were found; two may have one name.

    Attributes:
        unread: files and folders that could not be looked into, a sentence each.
    """

    models: tuple[Model, ...] = ()
    unread: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def of(self, kind: str = "", family: str = "") -> Models:
        """Those of a kind and a family; "": of any. One that may be of several families counts."""
        chosen = (
            model
            for model in self
            if (not kind or model.kind == kind) and (not family or family in model.families)
        )
        return Models(tuple(chosen), self.unread)

    def named(self, name: str, kind: str = "") -> tuple[Model, ...]:
        """All that a name may mean: the nearest way of meaning it that finds any.

        In this order: as it is written, in any case, by the header's own name. A name may bring its
        suffix and folders along, as ComfyUI writes it ("characters/pip.safetensors").
        """
        wanted = name.strip().replace("\\", "/").strip("/")
        some = self.of(kind)
        for meant in (_exact, _any_case, _by_alias):
            if found := tuple(model for model in some if wanted and meant(model, wanted)):
                return found
        return ()

    def one(self, name: str, kind: str = "") -> Model:
        """The one model of a name.

        Raises:
            Missing: there is none; the message offers the nearest.
            BadInput: there are several, and they are not known to be the same.
        """
        found = self.named(name, kind)
        if not found:
            what = kind or "model"
            near = did_you_mean(name, {model.name for model in self.of(kind)})
            raise Missing(f"There is no {what} '{name}' in the folders known here.", near)
        same = {model.hashes.sha256 for model in found}
        if len(found) > 1 and (len(same) > 1 or "" in same):
            raise BadInput(
                f"{len(found)} models are called '{name}': {', '.join(m.path for m in found)}.",
                "Give the path of the one you mean, or its folder and name.",
            )
        return found[0]

    def hashed(self, text: str, kind: str = "") -> tuple[Model, ...]:
        """Those that answer to a hash: AutoV1, AutoV2, AutoV3, a whole SHA-256, in any length.

        Only what is summed already can be found; `castmates.studio.model_scan.look_for` sums.
        """
        digits = digits_of(text)
        return tuple(model for model in self.of(kind) if digits and model.answers(digits))


def digits_of(text: str) -> str:
    """A hash as it is compared: lower case, without "0x"; "": this is none.

    The hash of nothing, which some trainers wrote into every file, names no model.
    """
    plain = text.strip().lower()
    if not _digits.match(plain):
        return ""
    plain = plain.removeprefix("0x")
    return "" if _OF_NOTHING.startswith(plain) else plain


def _exact(model: Model, wanted: str) -> bool:
    places = {model.path.replace("\\", "/"), model.place, model.name}
    if model.form != "folder":
        places |= {place.removesuffix(Path(model.path).suffix) for place in places}
    return any(f"/{place}".endswith(f"/{wanted}") for place in places if place)


def _any_case(model: Model, wanted: str) -> bool:
    lower = {key: getattr(model, key).casefold() for key in ("name", "place", "path")}
    return _exact(model.model_copy(update=lower), wanted.casefold())


def _by_alias(model: Model, wanted: str) -> bool:
    return wanted.casefold() == model.alias.casefold()
