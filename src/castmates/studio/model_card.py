"""All that should be known of a model before it is used: terms, settings, words; opens none."""

from __future__ import annotations

from pathlib import Path

from castmates.core.errors import CastmatesError
from castmates.core.types import Value
from castmates.families.bases import Advice, known_base
from castmates.families.facts import Facts
from castmates.families.shelf import STORYBOOK, facts_of
from castmates.files.embedded import is_embedded
from castmates.files.model_notes import triggers_beside
from castmates.studio.model_index import Model
from castmates.studio.model_terms import BASES, Terms, advice_of, terms_of


class ModelCard(Value):
    """A model, and what should be known before it is used.

    Attributes:
        terms: licence, and whether pictures may be sold.
        advice: how it likes to be drawn with, for a base.
        note: what is known of its family besides.
        draws: whether castmates draws with it now, in a sentence.
    """

    model: Model
    terms: Terms
    advice: Advice = Advice()
    note: str = ""
    draws: str = ""


def card_of(model: Model) -> ModelCard:
    """All that is known of a model without opening it."""
    told = facts_or_why(model)
    facts = told if isinstance(told, Facts) else None
    beside = () if model.form == "folder" else triggers_beside(Path(model.path))
    triggers = tuple(dict.fromkeys((*model.triggers, *beside)))
    family = model.families[0] if len(model.families) == 1 else ""
    known = known_base(family, model.variant) if model.kind in BASES and facts is None else None
    return ModelCard(
        model=model.model_copy(update={"triggers": triggers}),
        terms=terms_of(model),
        advice=advice_of(model, facts),
        note=known.note if known is not None else "",
        draws=_draws(model, told),
    )


def facts_or_why(model: Model) -> Facts | CastmatesError | None:
    """The facts of a base that castmates opens, or why it does not; None: it is no base."""
    if model.kind not in BASES:
        return None
    try:
        return facts_of(called(model))
    except CastmatesError as error:
        return error


def _draws(model: Model, facts: Facts | CastmatesError | None) -> str:
    if isinstance(facts, Facts):
        return f"castmates draws and trains on it: --base {called(model)}"
    if isinstance(facts, CastmatesError):
        return f"castmates does not draw on it yet: {facts}"
    return ""


def called(model: Model) -> str:
    """What `--base` takes for it: its path, or the embedded base's name."""
    return STORYBOOK if is_embedded(Path(model.path)) else model.path
