"""The verb `tag --captioner`: a sentence of each picture by a captioner, shown before written."""

from __future__ import annotations

from castmates.backends.captioners import AsTagger, identity, open_captioner
from castmates.captions.describe import described, named_looks
from castmates.captions.edits import Change
from castmates.captions.memory import change, is_own, remembered
from castmates.captions.sentences import Style
from castmates.core.errors import BadInput
from castmates.core.events import Tell, silent
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.tagging import Asking, heard
from castmates.studio.captions import Edited
from castmates.studio.filled import demand_pictures
from castmates.studio.tag import Tagging, planned, save_looks, style_named

_AT_A_TIME = 4
"""Captioners are slow: as many pictures go between two words of progress."""


def describe(
    studio: Studio,
    name: str,
    captioner: str,
    how: Tagging | None = None,
    *,
    write: bool = False,
    tell: Tell = silent,
) -> Edited:
    """Caption a character's pictures by sentences. Captions of the user's own are kept.

    Args:
        captioner: a folder, "hub:OWNER/NAME", or a name of the shelf.
        how: style "sentence" (or "") puts the trigger before the sentence; "both" puts the sentence
            behind the tags of its tagger. The other fields are the tagger's.
        write: else nothing is written, and the result is a preview.

    Raises:
        Missing: no such character, it has no pictures, or the captioner is not there.
        BadInput: an unknown style or provider. Unfit: the model is no captioner.
    """
    how = how or Tagging()
    folder = studio.character(name)
    demand_pictures(folder)
    style = _style(how.style)
    trigger = folder.character.trigger
    asking = Asking(
        lambda: AsTagger(open_captioner(captioner, how.provider)),
        identity(captioner),
        work="describing",
        at_a_time=_AT_A_TIME,
    )
    entries = folder.pictures()
    said = heard(folder, asking, tell)
    sentences = {
        entry.number: " ".join(tag.name for tag in one.tags)
        for entry, one in zip(entries, said, strict=True)
    }
    memory = remembered(folder)
    own = [e.number for e in entries if not how.overwrite and is_own(memory, e)]
    tags = None
    if style == "both":
        tags, known = planned(studio, name, how, "tags", tell)
        own = list(known.own)
        if write:
            save_looks(folder, known)
    captions = described({n: s for n, s in sentences.items() if n not in own}, trigger, tags)
    before = {entry.number: entry.caption or "" for entry in entries}
    changes = [Change(n, before[n], text) for n, text in captions.items() if before[n] != text]
    if write:
        change(folder, captions, "tag --captioner")
    return Edited(
        meant=len(entries),
        changes=tuple((one.number, one.before, one.after) for one in changes),
        written=write,
        means=_means(folder, sentences, own, captions),
    )


def _style(wanted: str) -> Style:
    style = style_named(wanted or "sentence")
    if style == "tags":
        raise BadInput(
            "A captioner says sentences, and the style is 'tags'.",
            "Leave --captioner out for tags; or use --style sentence, or both.",
        )
    return style


def _means(
    folder: CharacterFolder, sentences: dict[int, str], own: list[int], captions: dict[int, str]
) -> tuple[str, ...]:
    name, found = folder.path.name, []
    if own:
        shown = ", ".join(f"{number:04d}.txt" for number in own[:6])
        more = ", …" if len(own) > 6 else ""
        found.append(f"Yours, and kept: {shown}{more}; --overwrite writes over them.")
    mute = [number for number, said in sentences.items() if not said]
    if mute:
        found.append(f"Of {len(mute)} pictures the captioner says nothing; they stay as they are.")
    named = named_looks(list(captions.values()), folder.character.looks)
    if named:
        listed = ", ".join(f"{look} ({count})" for look, count in named.items())
        found.append(
            f"Sentences name what belongs to {name}: {listed}. What is named, the trigger does not "
            f"learn; take it out as in: castmates captions edit {name} --replace "
            f"' with {next(iter(named))}='"
        )
    return tuple(found)
