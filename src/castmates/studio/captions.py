"""The verbs of `captions`: show what an edit would change, and write it when told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from castmates.captions.clean import Cleaning
from castmates.captions.edits import Change, Clean, Edit, changes
from castmates.captions.features import feature_of, features
from castmates.captions.filters import Subject, read
from castmates.captions.history import record
from castmates.captions.outfits import Align, SayView, words_of_outfit
from castmates.captions.sentences import Style, styled
from castmates.captions.spelling import key, split
from castmates.core.errors import BadInput
from castmates.core.types import Value
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.goals import aims
from castmates.studio.filled import demand_pictures


class Edited(Value):
    """What edits would change, or changed.

    Attributes:
        meant: how many captions the filter names.
        changes: number, caption before and after, for those that differ.
        written: whether it is done.
        means: what it means for the character, a sentence each.
    """

    meant: int
    changes: tuple[tuple[int, str, str], ...]
    written: bool
    means: tuple[str, ...] = ()


def edit(
    studio: Studio, name: str, edits: Sequence[Edit], *, where: str = "", write: bool = False
) -> Edited:
    """Apply edits, in order, to the captions of a character that a filter names.

    Args:
        edits: each caption -> caption.
        where: a filter (`captions.filters`); "": all.
        write: else nothing is written, and the result is a preview.

    Raises:
        BadInput: no edit is given, or the filter is wrong.
        Missing: no such character, or it has no pictures.
    """
    if not edits:
        raise BadInput("No edit is given.", "As in: --add smile, --remove hat, --rename cap=hat")
    chosen = _chosen(studio, name, where)

    def whole(_: Subject) -> Edit:
        return lambda caption: reduce(lambda text, each: each(text), edits, caption)

    return _each(studio, name, chosen, whole, "captions edit", write)


def cleaned(
    studio: Studio, name: str, cleaning: Cleaning, *, where: str = "", write: bool = False
) -> Edited:
    """Clean a character's captions by rules; the trigger is the character's unless one is given.

    Arguments and errors as in `edit`.
    """
    trigger = cleaning.trigger or studio.character(name).character.trigger
    rules = replace(cleaning, trigger=trigger)
    chosen = _chosen(studio, name, where)
    done = _each(studio, name, chosen, lambda _: Clean(rules), "captions clean", write)
    return done.model_copy(update={"means": consequences([s.caption for s in chosen], rules, name)})


def consequences(captions: Sequence[str], cleaning: Cleaning, name: str) -> tuple[str, ...]:
    """What pruning these captions means, a sentence for each family of traits that goes."""
    gone: dict[str, dict[str, None]] = {}
    for caption in captions:
        for tag in split(caption):
            family = feature_of(tag)
            if family in cleaning.features:
                gone.setdefault(family, {})[key(tag)] = None
    return tuple(
        f"{', '.join(tags)}: {features()[family].becomes} ({name})."
        for family, tags in sorted(gone.items())
    )


def align(studio: Studio, name: str, *, where: str = "", write: bool = False) -> Edited:
    """Give every picture of an outfit all words for it that its view and framing show.

    The outfits are those of `pictures.toml`; pictures without one are one outfit of their own.
    Arguments and errors as in `edit`.
    """
    chosen = _chosen(studio, name, where)
    outfits: dict[str, list[str]] = {}
    for subject in chosen:
        outfits.setdefault(key(subject.outfit), []).append(subject.caption)
    words = {outfit: tuple(words_of_outfit(said)) for outfit, said in outfits.items()}
    return _each(
        studio,
        name,
        chosen,
        lambda subject: Align(words[key(subject.outfit)], subject.view),
        "captions align",
        write,
    )


def say_views(studio: Studio, name: str, *, where: str = "", write: bool = False) -> Edited:
    """Say the view of `pictures.toml`, and take out what a view or framing hides.

    Arguments and errors as in `edit`.
    """
    chosen = _chosen(studio, name, where)
    return _each(studio, name, chosen, lambda s: SayView(s.view), "captions views", write)


def say(studio: Studio, name: str, style: Style, *, where: str = "", write: bool = False) -> Edited:
    """Turn captions of tags into a sentence, or add one (`captions.sentences`).

    Captions that hold a sentence already, which ends with a full stop, stay as they are. Arguments
    and errors as in `edit`.
    """
    if style == "tags":
        raise BadInput("Captions are tags already.", "Wanted --style sentence, or both.")
    character = studio.character(name).character
    somebody = aims()[character.goal].counted
    chosen = [s for s in _chosen(studio, name, where) if not s.caption.rstrip().endswith(".")]

    def spoken(_: Subject) -> Edit:
        return lambda caption: styled(caption, character.trigger, style, somebody=somebody)

    return _each(studio, name, chosen, spoken, "captions say", write)


def _chosen(studio: Studio, name: str, where: str) -> list[Subject]:
    meant = read(where)
    folder = studio.character(name)
    demand_pictures(folder)
    return [subject for subject in subjects(folder) if meant(subject)]


def _each(
    studio: Studio,
    name: str,
    chosen: Sequence[Subject],
    edit_for: Callable[[Subject], Edit],
    what: str,
    write: bool,
) -> Edited:
    found = [
        change
        for subject in chosen
        for change in changes([(subject.number, subject.caption)], edit_for(subject))
    ]
    if write:
        after = {change.number: change.after for change in found}
        record(studio.character(name), what, after)
    return Edited(meant=len(chosen), changes=tuple(map(_plain, found)), written=write)


def subjects(folder: CharacterFolder) -> list[Subject]:
    """What filters can ask of a character's pictures."""
    records = {record.number: record for record in folder.records()}
    found = []
    for entry in folder.pictures():
        known = records.get(entry.number)
        said = entry.caption or ""
        if known is None:
            found.append(Subject(entry.number, said))
            continue
        found.append(
            Subject(entry.number, said, known.outfit, known.view, known.group, known.held_out)
        )
    return found


def _plain(change: Change) -> tuple[int, str, str]:
    return (change.number, change.before, change.after)
