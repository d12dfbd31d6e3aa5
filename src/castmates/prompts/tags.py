"""Read `<lora:name:te:unet:…>` as an adapter with its weights; knows no files and no steps.

Positions as A1111's: name, te, unet, dyn; an item with exactly one `=` is named and wins. The names
of loractl (`hr`, `hrte`, `hrunet`) and of lora-block-weight (`start`, `stop`, `step`) are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from castmates.core.near import did_you_mean
from castmates.prompts.curves import Curve, constant, number, read
from castmates.prompts.nodes import NOWHERE, Span, Tag
from castmates.prompts.problems import Level, Problem, shown

ADAPTERS = ("lora", "lyco", "loractl")
"""Kinds of tags that bring an adapter."""

UNREAD = {"hypernet": "hypernetworks are not drawn with"}
"""Kinds that A1111 has and castmates has not."""

MOST_STRENGTH = 4.0
_curves = ("te", "unet", "hr", "hrte", "hrunet")
_named = (*_curves, "dyn", "start", "stop", "end", "step")
_quoted = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Window:
    """Where in the pass an adapter acts at all, ends included: steps (call k of N), or fractions.

    Attributes:
        start, stop: None: from the first call, to the last.
        fractions: whether both are fractions of the pass.
    """

    start: float | None = None
    stop: float | None = None
    fractions: bool = False

    def holds(self, call: int, calls: int) -> bool:
        place = call / (calls - 1) if self.fractions and calls > 1 else float(call)
        if self.start is not None and place < self.start:
            return False
        return self.stop is None or place <= self.stop


@dataclass(frozen=True, slots=True)
class Mention:
    """An adapter as a prompt names it.

    Attributes:
        te, unet: its weight on the text encoder and the U-Net.
        hires_te, hires_unet: the same in the second pass of hires fix.
        dyn: use only so many ranks; None: all.
        window: calls outside of it have weight 0.
    """

    name: str
    te: Curve
    unet: Curve
    hires_te: Curve
    hires_unet: Curve
    dyn: int | None = None
    window: Window = Window()
    span: Span = NOWHERE

    @property
    def is_constant(self) -> bool:
        """Whether both weights are the same at every call."""
        return self.te.is_constant and self.unet.is_constant and self.window == Window()

    def unet_over(self, calls: int) -> tuple[float, ...]:
        """The U-Net's weight at every call of a pass."""
        return tuple(self.unet_at(call, calls) for call in range(calls))

    def te_over(self, calls: int) -> tuple[float, ...]:
        """The text encoder's weight at every call: where it changes, text is encoded anew."""
        return tuple(self.te_at(call, calls) for call in range(calls))

    def unet_at(self, call: int, calls: int) -> float:
        """The U-Net's weight at one call, counted from 0."""
        return self.unet.at(call, calls) if self.window.holds(call, calls) else 0.0

    def te_at(self, call: int, calls: int) -> float:
        """The text encoder's weight at one call."""
        return self.te.at(call, calls) if self.window.holds(call, calls) else 0.0


def mention_of(tag: Tag) -> tuple[Mention | None, list[Problem]]:
    """The adapter that a tag brings, None if it brings none; and what is to say of the tag."""
    if tag.kind not in ADAPTERS:
        return None, [_foreign(tag)]
    name = name_of(tag)
    if not name:
        what = "A tag names no adapter; it does nothing."
        return None, [Problem("error", what, "Write <lora:name:0.8>.", tag.span)]
    problems: list[Problem] = []
    placed, named = _sorted(tag, problems)
    found = {key: _curve(named[key], name, tag, problems) for key in _curves if key in named}
    te = found.get("te") or _placed(placed, 0, name, tag, problems) or constant(1.0)
    unet = found.get("unet") or _placed(placed, 1, name, tag, problems) or te
    hires = found.get("hr")
    _beyond(name, (te, unet), tag, problems)
    mention = Mention(
        name=name,
        te=te,
        unet=unet,
        hires_te=found.get("hrte") or hires or te,
        hires_unet=found.get("hrunet") or hires or unet,
        dyn=_dyn(named.get("dyn", placed[2] if len(placed) > 2 else ""), name, tag, problems),
        window=_window(named, name, tag, problems),
        span=tag.span,
    )
    return mention, problems


def name_of(tag: Tag) -> str:
    """The name in a tag, without spaces around it and quotes."""
    name = tag.items[0].strip()
    match = _quoted.fullmatch(name)
    return name if match is None else re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)


def quoted(name: str) -> str:
    """A name as a tag can hold it: in quotes where it has `<`, `>` or `:`, or begins with one."""
    if not re.search(r'[<>:]|^"', name):
        return name
    return '"' + re.sub(r'["\\]', r"\\\g<0>", name) + '"'


def _foreign(tag: Tag) -> Problem:
    why = UNREAD.get(tag.kind)
    if why is not None:
        return Problem("error", f"<{tag.kind}:…> is left out: {why}.", "", tag.span)
    what = f"There is no tag '{shown(tag.kind)}'; it is left out of the words, as A1111 does."
    return Problem("error", what, did_you_mean(tag.kind, ADAPTERS), tag.span)


def _sorted(tag: Tag, problems: list[Problem]) -> tuple[list[str], dict[str, str]]:
    """Items behind the name: by place, by name. Unknown names are told."""
    placed: list[str] = []
    named: dict[str, str] = {}
    for item in tag.items[1:]:
        key, sign, value = (part.strip() for part in item.partition("="))
        if not sign or "=" in value:
            placed.append(item.strip())
        elif key in _named:
            named[key] = value
        else:
            what = f"'{shown(item.strip())}' in a tag means nothing here; it is left out."
            problems.append(Problem("error", what, did_you_mean(key, _named), tag.span))
    if len(placed) > 3:
        what = f"A tag has {len(placed)} values by place; the first three are read: te, unet, dyn."
        problems.append(Problem("warning", what, "", tag.span))
    return placed, named


def _placed(
    placed: list[str], at: int, name: str, tag: Tag, problems: list[Problem]
) -> Curve | None:
    return _curve(placed[at], name, tag, problems) if len(placed) > at and placed[at] else None


def _curve(written: str, name: str, tag: Tag, problems: list[Problem]) -> Curve | None:
    found = read(written)
    fix = f"Write <lora:{name}:0.8> or <lora:{name}:0.8@0,0.4@0.5,0@1>."
    for why in found.problems:
        level: Level = "error" if found.curve is None else "warning"
        instead = "; the usual weight is taken" if found.curve is None else ""
        problems.append(Problem(level, f"In '{name}', {why}{instead}.", fix, tag.span))
    return found.curve


def _beyond(name: str, curves: tuple[Curve, ...], tag: Tag, problems: list[Problem]) -> None:
    most = max((point.weight for curve in curves for point in curve.points), key=abs)
    if abs(most) > MOST_STRENGTH:
        what = f"'{name}' has a weight of {most:g}; more than ±{MOST_STRENGTH:g} is not drawn."
        problems.append(Problem("error", what, f"Write <lora:{name}:0.8>.", tag.span))


def _dyn(written: str, name: str, tag: Tag, problems: list[Problem]) -> int | None:
    if not written:
        return None
    if written.isdecimal() and written.isascii() and int(written[:9]) > 0:
        return int(written[:9])
    what = f"In '{name}', dyn is '{shown(written)}'; wanted a number of ranks. All are used."
    problems.append(Problem("error", what, f"Write <lora:{name}:1:1:16>.", tag.span))
    return None


def _window(named: Mapping[str, str], name: str, tag: Tag, problems: list[Problem]) -> Window:
    first, sign, last = named.get("step", "").partition("-")
    said = {
        "start": named.get("start", first),
        "stop": named.get("stop", named.get("end", last if sign else first)),
    }
    places: dict[str, float | None] = {}
    for key, value in said.items():
        places[key] = number(value) if value else None
        if value and places[key] is None:
            what = f"In '{name}', {key} is '{shown(value)}'; wanted a step. It is left out."
            problems.append(Problem("error", what, "", tag.span))
    fractions = any("." in value for value in said.values())
    return Window(places["start"], places["stop"], fractions)


def mentions_of(tags: Iterator[Tag]) -> tuple[list[Mention], list[Problem]]:
    """The adapters of many tags in order; that one is named twice is told."""
    found: list[Mention] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for tag in tags:
        mention, said = mention_of(tag)
        problems += said
        if mention is None:
            continue
        if mention.name in seen:
            what = (
                f"'{shown(mention.name)}' is named more than once; its weights add up "
                "(A1111 takes the last one, twice)."
            )
            problems.append(Problem("warning", what, "Name it once.", tag.span))
        seen.add(mention.name)
        found.append(mention)
    return found, problems
