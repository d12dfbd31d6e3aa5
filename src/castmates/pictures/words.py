"""Judge the captions themselves: absent, empty, mute, too long, ill encoded; opens no picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from castmates.pictures.looking import Look
from castmates.pictures.report import Finding, Level

_no_letter = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_FINE = ("", "utf-8", "utf-8 with BOM")


def of_captions(looks: Sequence[Look], name: str, trigger: str) -> list[Finding]:
    """Captions that are absent, empty, not UTF-8, or do not say the trigger."""
    found = []
    run = f"Run: castmates tag {name}"
    absent = [look for look in looks if look.entry.caption is None]
    if absent:
        go = "goes" if len(absent) == 1 else "go"
        what = f"{len(absent)} of {len(looks)} pictures {go} without a caption."
        found.append(_about("no-caption", "warning", absent, what, run))
    empty = [look for look in looks if look.entry.caption == ""]
    if empty:
        what = f"{_many(len(empty), 'caption is', 'captions are')} empty."
        found.append(_about("empty-caption", "warning", empty, what, run))
    other = [look for look in looks if look.encoding not in _FINE]
    if other:
        kinds = ", ".join(sorted({look.encoding for look in other}))
        what = f"{_many(len(other), 'caption is', 'captions are')} not UTF-8 but {kinds}."
        fix = "Save them as UTF-8: other trainers would read something else."
        found.append(_about("caption-not-utf8", "note", other, what, fix))
    garbled = [k for k in looks if k.entry.caption and _no_letter.search(k.entry.caption)]
    if garbled:
        what = f"{_many(len(garbled), 'caption holds', 'captions hold')} signs that are no text."
        fix = f"Look whether the file is one; {run} --overwrite writes it anew."
        found.append(_about("caption-not-text", "warning", garbled, what, fix))
    mute = [
        look
        for look in looks
        if look.entry.caption and trigger.casefold() not in look.entry.caption.casefold()
    ]
    if mute:
        say = _many(len(mute), "caption does", "captions do")
        what = f"{say} not say '{trigger}', the word that calls the character."
        found.append(_about("no-trigger", "warning", mute, what, f"Put '{trigger}' first."))
    return found


def tokens_of(looks: Sequence[Look], count: Callable[[str], int] | None) -> list[int | None]:
    """How many tokens each caption takes, both end marks counted; None: not counted."""
    return [count(k.entry.caption) if count and k.entry.caption else None for k in looks]


def of_lengths(looks: Sequence[Look], tokens: Sequence[int | None], limit: int) -> list[Finding]:
    """Captions of which the text encoder does not read the end."""
    long = [k for k, n in zip(looks, tokens, strict=True) if n is not None and n > limit]
    if not long or not limit:
        return []
    most = max(n for n in tokens if n is not None)
    are = _many(len(long), "caption is", "captions are")
    what = f"{are} longer than the {limit} tokens that are read; the longest has {most}."
    fix = "Shorten them, or put what matters first: the end is cut off."
    return [_about("caption-too-long", "warning", long, what, fix)]


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _about(code: str, level: Level, looks: Sequence[Look], what: str, fix: str) -> Finding:
    names = tuple(look.name for look in looks)
    return Finding(code=code, level=level, pictures=names, what=what, fix=fix)
