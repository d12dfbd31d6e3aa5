"""May pictures drawn with a model be sold, and how does it like to be drawn with; reads no file.

What the model itself states counts before what is known of its family.
"""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from castmates.core.types import Size, Value, WrittenSize
from castmates.families.bases import Advice, KnownBase, known_base, licence, licence_called
from castmates.families.facts import Facts
from castmates.studio.model_index import Model

BASES = ("checkpoint", "network")
_size: TypeAdapter[Size] = TypeAdapter(WrittenSize)


class Terms(Value):
    """Under what a model comes.

    Attributes:
        licence: its name; "": not known.
        may_sell: pictures drawn with it; None: not known.
        limit: for whom; "": for all.
        words: what that depends on.
        source: where it can be read.
        told_by: who says so: "itself", or "its family".
    """

    licence: str = ""
    may_sell: bool | None = None
    limit: str = ""
    words: str = ""
    source: str = ""
    told_by: str = ""

    @property
    def sale(self) -> str:
        """The answer in a few words: "yes", "no, as its family", "not known"."""
        if self.may_sell is None:
            return "not known"
        by = f"as {self.told_by}" if self.told_by != "itself" else ""
        words = ("yes", self.limit, by) if self.may_sell else ("no", by)
        return ", ".join(word for word in words if word)


def terms_of(model: Model) -> Terms:
    """A model's terms; where nobody states any, that is said."""
    if model.licence or model.may_sell is not None:
        return _stated(model)
    known = _known(model)
    if known is None:
        return Terms(words=_unknown(model))
    its = licence(known.licence)
    if its is None:
        return Terms(words=known.note, source=known.source)
    added = f"So for {known.name} itself; who retrained or merged it may have added terms."
    return Terms(
        licence=its.name,
        may_sell=its.may_sell,
        limit=its.limit,
        words=f"{its.words} {added}",
        source=known.source,
        told_by="its family",
    )


def _stated(model: Model) -> Terms:
    its = licence_called(model.licence)
    may_sell = its.may_sell if its is not None else None
    unknown = "This licence is not in castmates' table: read it before you sell."
    return Terms(
        licence=its.name if its is not None else model.licence,
        may_sell=may_sell if model.may_sell is None else model.may_sell,
        limit=its.limit if its is not None else "",
        words=its.words if its is not None else unknown,
        source=its.source if its is not None else "",
        told_by="itself",
    )


def _unknown(model: Model) -> str:
    if model.kind in BASES:
        return "Its licence is not known here: read its maker's page before you sell."
    more = " The licence of the base that you draw on counts besides."
    return "It states no licence: ask its maker before you sell." + more * (model.kind == "lora")


def _known(model: Model) -> KnownBase | None:
    """What is known of a base's one family."""
    if model.kind not in BASES or len(model.families) != 1:
        return None
    return known_base(model.families[0], model.variant)


def advice_of(model: Model, facts: Facts | None = None) -> Advice:
    """How a base likes to be drawn with: as its own files say, else its header, else its family.

    Args:
        facts: of a base that castmates opens; None: of another.
    """
    if facts is not None:
        side = facts.native_size
        return Advice(
            size=Size(width=side, height=side),
            guidance=facts.guidance,
            sampler=facts.sampler,
            steps=facts.steps,
            clip_skip=facts.clip_skip,
        )
    known = _known(model)
    if known is None:
        return Advice()
    own: dict[str, object] = {"size": _read(model.resolution), "clip_skip": model.clip_skip}
    return known.advice.model_copy(update={k: v for k, v in own.items() if v is not None})


def _read(text: str) -> Size | None:
    try:
        return _size.validate_python(text) if text else None
    except ValidationError:
        return None
