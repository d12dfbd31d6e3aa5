"""The verbs `models add`, `list`, `show` and `use`: models of other programs, found in place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

from pydantic import Field

from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.events import Tell, Warned, silent
from castmates.core.near import did_you_mean
from castmates.core.types import Value
from castmates.families.bases import known_families
from castmates.families.recognising import Kind
from castmates.families.shelf import STORYBOOK
from castmates.files.model_tree import INDEX, look_through
from castmates.files.studio import Studio
from castmates.studio.model_card import ModelCard, called, card_of, facts_or_why
from castmates.studio.model_index import Model, Models, digits_of
from castmates.studio.model_scan import (
    demand,
    keep,
    look_at,
    look_for,
    memory_of,
    scan,
    scan_folders,
    with_hashes,
)

KINDS: tuple[str, ...] = get_args(Kind)


class Added(Value):
    """A folder that the studio knows from now on.

    Attributes:
        is_new: it was not known before.
        kinds: how many models of each kind are in it.
        unread: what in it could not be looked into, a sentence each.
    """

    path: str
    is_new: bool
    kinds: dict[str, int] = Field(default_factory=dict)
    unread: tuple[str, ...] = ()


def add(studio: Studio, path: Path, tell: Tell = silent) -> Added:
    """Remember a folder (or one file) of models in `studio.toml`; nothing in it is touched.

    Raises:
        Missing: there is no such folder.
        BadInput: a file that is no model.
        CastmatesError: it may not be read, or the studio not be written.
    """
    path = Path(path).expanduser().absolute()
    look_through(path)
    known = {folder.resolve() for folder in studio.model_folders()}
    is_new = path.resolve() not in known
    if is_new:
        old = studio.settings
        studio.save_settings(old.model_copy(update={"models": (*old.models, str(path))}))
    inside = scan_folders([path], memory_of(studio), tell)
    counts = Counter(str(model.kind) for model in inside)
    return Added(path=str(path), is_new=is_new, kinds=dict(counts), unread=inside.unread)


def listed(
    studio: Studio,
    *,
    kind: str = "",
    family: str = "",
    with_hash: bool = False,
    tell: Tell = silent,
) -> Models:
    """The models of a studio's folders by kind and name, or some of a kind or for a family.

    Raises:
        BadInput: no such kind or family.
    """
    _demand_known(kind, KINDS, "kind of model")
    _demand_known(family, known_families(), "family")
    found = scan(studio, tell).of(kind, family)
    models = with_hashes(found.models, memory_of(studio), tell) if with_hash else list(found)
    models.sort(key=lambda model: (KINDS.index(model.kind), model.name.casefold()))
    return Models(tuple(models), found.unread)


def show(
    studio: Studio | None,
    what: str,
    *,
    kind: str = "",
    with_hash: bool = True,
    tell: Tell = silent,
) -> ModelCard:
    """One model by its path, its name or a hash of it.

    Raises:
        Missing: no such model; the nearest name is offered.
        BadInput: several of that name; or a file that is broken or no model.
    """
    _demand_known(kind, KINDS, "kind of model")
    model = _found(studio, what, kind, tell)
    if with_hash:
        (model,) = with_hashes([model], memory_of(studio), tell)
    return card_of(model)


def use(studio: Studio, what: str, tell: Tell = silent) -> ModelCard:
    """Make a base the studio's own: what is drawn and trained on when none is named.

    Raises:
        Missing, BadInput: as in `show`.
        Unfit: castmates does not open it.
    """
    model = _found(studio, what, "", tell)
    told = facts_or_why(model)
    if told is None:
        raise Unfit(f"'{model.name}' is no base but a {model.kind}.", "Name a checkpoint.")
    if isinstance(told, CastmatesError):
        raise Unfit(f"'{model.name}' cannot be this studio's base: {told.what}", told.fix)
    studio.save_settings(studio.settings.model_copy(update={"base": called(model)}))
    return card_of(model)


def _found(studio: Studio | None, what: str, kind: str, tell: Tell) -> Model:
    """By path where there is one, else by name, else by hash; what else is broken is not told."""
    path = Path(what).expanduser()
    if what != STORYBOOK and (path.is_file() or (path / INDEX).is_file()):
        return _at(path.absolute(), studio, tell)
    models = scan(studio, lambda event: None if isinstance(event, Warned) else tell(event))
    if models.named(what, kind):
        return models.one(what, kind)
    if path.is_dir():
        raise BadInput(
            f"'{what}' is a folder, and no model in diffusers form.",
            f"Give a model's name or file; or let its models be known: castmates models add {what}",
        )
    if digits := digits_of(what):
        memory = memory_of(studio)
        return demand(models, what, look_for(models, digits, memory, kind=kind, tell=tell), kind)
    if studio is None:
        raise Missing(
            f"There is no file '{what}', and no studio here that knows models by name.",
            "Give a file, or name the studio: --studio my-studio",
        )
    return models.one(what, kind)


def _at(path: Path, studio: Studio | None, tell: Tell) -> Model:
    memory = memory_of(studio)
    model = look_at(look_through(path).found[0], memory)
    keep(memory, tell)
    return model


def _demand_known(word: str, known: tuple[str, ...], what: str) -> None:
    if word and word not in known:
        raise BadInput(f"There is no {what} '{word}'.", did_you_mean(word, known))
