"""The verbs of `edit` that sort: quality groups, outfits, views; by hand, or proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from castmates.backends.encoders import open_encoder
from castmates.backends.taggers import open_tagger
from castmates.captions.features import feature_of
from castmates.captions.outfits import CLOTHES
from castmates.captions.spelling import key, split
from castmates.captions.visibility import table
from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean
from castmates.core.ports import Encoder, Pixels
from castmates.families.shelf import STORYBOOK, facts_of
from castmates.files import images
from castmates.files.studio import Studio
from castmates.pictures.coverage import Axis, axes
from castmates.pictures.edits.clusters import (
    LOOKS_APART,
    WORDS_APART,
    by_words,
    clusters,
    names_of,
    voted,
)
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.grouping import REPEATS, Quality, proposed
from castmates.pictures.edits.planning import Plan, recorded_as
from castmates.pictures.kohya import MOST_REPEATS
from castmates.pictures.sharpness import sharpness, softness
from castmates.studio.edit import Edited, How, edited
from castmates.studio.models import base_name

_AT_A_TIME = 16


def group(
    studio: Studio, name: str, to: str = "", repeats: int | None = None, how: How | None = None
) -> Edited:
    """Put pictures into a group and set how often a round of training shows them.

    Args:
        to: "high" (16 times), "medium" (8) or "low" (4); "": only the repeats are set.
        repeats: 1 to 999; None: the group's.

    Raises:
        BadInput: no such group, repeats or filter. Missing: no such character, or no pictures.
    """
    if to and to not in REPEATS:
        raise BadInput(f"No group is called '{to}'.", did_you_mean(to, REPEATS))
    if not to and repeats is None:
        raise BadInput("Neither a group nor repeats are given.", "As in: --set high, --repeats 15")
    if repeats is not None and not 1 <= repeats <= MOST_REPEATS:
        raise BadInput(f"{repeats} repeats; wanted 1 to {MOST_REPEATS}.", "As in: --repeats 15")
    facts: dict[str, object] = {"repeats": repeats or REPEATS[to]}
    if to:
        facts["group"] = to
    return _set(studio, name, "edit group", facts, how)


def outfit(studio: Studio, name: str, to: str, how: How | None = None) -> Edited:
    """Say what is worn on pictures; "" takes it away. Errors as in `group`."""
    return _set(studio, name, "edit outfit", {"outfit": to.strip()}, how)


def view(studio: Studio, name: str, to: str, how: How | None = None) -> Edited:
    """Say from where pictures show the character; "" takes it away. Errors as in `group`.

    Any word can be one; `means` says when no table knows it.
    """
    done = _set(studio, name, "edit view", {"view": to.strip()}, how)
    plain = to.strip().casefold()
    words = {word for c in _views().categories for word in (c.name, *c.tags)}
    words |= {word for view, one in table().views.items() for word in (view, *one.also)}
    if not plain or {plain, f"from {plain}"} & words:
        return done
    said = f"Neither check nor captions views know the view '{to.strip()}'."
    return done.model_copy(update={"means": (*done.means, f"{said} {did_you_mean(plain, words)}")})


def propose_groups(
    studio: Studio,
    name: str,
    like: Sequence[str] = (),
    encoder: str = "",
    how: How | None = None,
) -> Edited:
    """Propose groups from sharpness, and from closeness to reference pictures where some are named.

    Args:
        like: numbers of pictures of this character, or files.
        encoder: as the shelf names it; "": ours, on the storybook base.

    Raises:
        Missing: no such picture, or nobody can compare. Others as in `group`.
    """

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        known: dict[int, float] = {}
        if like:
            judge = _encoder(studio, name, encoder)
            rows = _embedded(judge, desk, numbers)
            wanted = judge.embed([_reference(desk, one) for one in like])
            known = {n: float((wanted @ row).max()) for n, row in rows.items()}
        side = facts_of(base_name(studio, desk.folder.character, None)).native_size
        qualities = {}
        for n in numbers:
            (shown,) = _pixels(desk, [n])
            view_of = desk.record(n).view
            qualities[n] = Quality(sharpness(shown), softness(shown, side), known.get(n), view_of)
        said = proposed(qualities)
        facts = {n: {"group": g, "repeats": REPEATS[g]} for n, (g, _) in said.items()}
        return recorded_as(desk, facts, {n: why for n, (_, why) in said.items()})

    return edited(studio, name, "edit group", f"{like} {encoder}", planned, how)


def propose_outfits(
    studio: Studio, name: str, tagger: str = "", encoder: str = "", how: How | None = None
) -> Edited:
    """Propose outfits from clusters of what the pictures say of clothes.

    Args:
        tagger: who is asked besides the captions; "": ours on the storybook base; "none": nobody.
        encoder: clusters of its embeddings instead of words.

    Raises:
        BadInput: no such tagger or encoder. Missing: nothing tells the outfits apart.
    """

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        every = _words(studio, desk, numbers, tagger)
        said = [
            {word: sure for word, sure in every[n].items() if feature_of(word) in CLOTHES}
            for n in numbers
        ]
        if encoder:
            rows = _embedded(_encoder(studio, name, encoder), desk, numbers)
            found = clusters(np.stack([rows[n] for n in numbers]).astype(np.float64), LOOKS_APART)
        elif any(said):
            found = clusters(by_words(said), WORDS_APART)
        else:
            raise Missing(
                "No caption names clothes, and no tagger was asked.",
                "Name one: --tagger wd:FOLDER, or --encoder onnx:FOLDER to go by looks.",
            )
        names = names_of(found, said)
        pairs = {n: names[c] for n, c in zip(numbers, found, strict=True) if c >= 0}
        plan = recorded_as(desk, {n: {"outfit": called} for n, called in pairs.items()})
        plan.skipped.update({n: "shows no clothes." for n in numbers if n not in pairs})
        return plan

    return edited(studio, name, "edit outfit", f"{tagger} {encoder}", planned, how)


def propose_views(
    studio: Studio, name: str, tagger: str = "", encoder: str = "", how: How | None = None
) -> Edited:
    """Propose views from captions and a tagger; where both are silent, from those most alike.

    Arguments and errors as in `propose_outfits`.
    """

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        every = _words(studio, desk, numbers, tagger)
        known = {n: word for n in numbers if (word := _view(every[n]))}
        why = dict.fromkeys(known, "by its words")
        if encoder:
            heard = voted(known, _embedded(_encoder(studio, name, encoder), desk, numbers))
            why |= dict.fromkeys(heard, "like the most alike pictures")
            known |= heard
        if not known:
            raise Missing(
                "Neither captions nor a tagger say a view.",
                "Name a tagger: --tagger wd:FOLDER; or set views by hand: --set behind",
            )
        plan = recorded_as(desk, {n: {"view": word} for n, word in known.items()}, why)
        plan.skipped.update({n: "nothing says its view." for n in numbers if n not in known})
        return plan

    return edited(studio, name, "edit view", f"{tagger} {encoder}", planned, how)


def _set(
    studio: Studio, name: str, what: str, facts: Mapping[str, object], how: How | None
) -> Edited:
    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        return recorded_as(desk, dict.fromkeys(numbers, facts))

    return edited(studio, name, what, f"{facts}", planned, how)


def _words(
    studio: Studio, desk: Desk, numbers: Sequence[int], tagger: str
) -> dict[int, dict[str, float]]:
    """Every tag of a picture -> how sure it is; a caption's own are."""
    found: dict[int, dict[str, float]] = {number: {} for number in numbers}
    drawn = base_name(studio, desk.folder.character, None) == STORYBOOK
    asked = "" if tagger == "none" else tagger or (STORYBOOK if drawn else "")
    if asked:
        judge = open_tagger(asked)
        for at in range(0, len(numbers), _AT_A_TIME):
            some = numbers[at : at + _AT_A_TIME]
            for number, tags in zip(some, judge.tags(_pixels(desk, some)), strict=True):
                found[number] = {key(tag.name): tag.confidence for tag in tags}
    for entry in desk.folder.pictures():
        if entry.number in found:
            found[entry.number] |= {key(tag): 1.0 for tag in split(entry.caption or "")}
    return found


def _views() -> Axis:
    return next(axis for axis in axes() if axis.name == "view")


def _view(words: Mapping[str, float]) -> str:
    sure = {
        c.name: max((words.get(tag, 0.0) for tag in c.tags), default=0.0)
        for c in _views().categories
    }
    best = max(sure, key=lambda name: sure[name])
    return best if sure[best] else ""


def _encoder(studio: Studio, name: str, wanted: str) -> Encoder:
    if wanted:
        return open_encoder(wanted)
    if base_name(studio, studio.character(name).character, None) == STORYBOOK:
        return open_encoder(STORYBOOK)
    raise Missing("Nobody is there to compare pictures.", "Name one: --encoder onnx:FOLDER")


def _pixels(desk: Desk, numbers: Sequence[int]) -> list[Pixels]:
    return [images.read(desk.folder.picture_path(number)) for number in numbers]


def _embedded(judge: Encoder, desk: Desk, numbers: Sequence[int]) -> dict[int, NDArray[np.float32]]:
    found: dict[int, NDArray[np.float32]] = {}
    for at in range(0, len(numbers), _AT_A_TIME):
        some = numbers[at : at + _AT_A_TIME]
        found |= zip(some, judge.embed(_pixels(desk, some)), strict=True)
    return found


def _reference(desk: Desk, one: str) -> Pixels:
    if one.isdecimal() and (path := desk.folder.picture_path(int(one))).is_file():
        return images.read(path)
    return images.read(Path(one))
