"""Choose the way to draw a scene, and the best of several tries; says why. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from castmates.core.errors import Missing, Unfit
from castmates.scenes.methods import Method
from castmates.scenes.verdict import Verdict

Asked = Literal["auto", "plain", "windows", "regions", "two-stage"]


@dataclass(frozen=True)
class Abilities:
    """What there is to draw with.

    Attributes:
        regional: the base can be told where each text speaks.
        finds: somebody can say where everybody is.
        roomy: the picture is, or may be made, so wide that everybody has a window of their own.
        small: the base draws so small that likeness is lost where somebody is half of a picture.
    """

    regional: bool
    finds: bool
    roomy: bool = False
    small: bool = False


@dataclass(frozen=True)
class Try:
    """One drawn try; `verdict` is None where nobody could look."""

    method: Method
    seed: int
    verdict: Verdict | None


def first_method(asked: Asked, can: Abilities, figures: int) -> Method:
    """The way to begin with.

    Raises:
        Unfit: the base cannot draw regions in one pass. Missing: nobody can find anybody.
    """
    if asked == "regions" and not can.regional:
        raise Unfit(
            "This base reads one text for the whole picture.", "Take --method two-stage or plain."
        )
    if asked == "windows" and not can.roomy:
        raise Unfit(
            "There is no room for a window each.",
            "Leave out --size, masks and who is in front of whom; boxes must stand side by side.",
        )
    if asked == "two-stage" and not can.finds:
        raise Missing("Two stages want a finder for this base.", "Name one: --finder yolo:FILE")
    if asked != "auto":
        return asked
    if figures > 1 and can.roomy and can.small:
        return "windows"
    if figures == 1 or not (can.regional or can.finds):
        return "plain"
    return "regions" if can.regional else "two-stage"


def fallback(asked: Asked, can: Abilities, tries: Sequence[Try]) -> Method | None:
    """The way to try next where no try came out right; None: there is no better one."""
    judged = [one.verdict for one in tries if one.verdict is not None]
    if asked != "auto" or not can.finds or not judged:
        return None
    if {one.method for one in tries} != {"regions"}:
        return None
    mixed = all(verdict.missing or verdict.blend or verdict.clone for verdict in judged)
    return "two-stage" if mixed else None


def best(tries: Sequence[Try]) -> int:
    """Which of the tries is kept: the best verdict, the earliest among equals."""
    ranks = [one.verdict.rank if one.verdict is not None else () for one in tries]
    return max(range(len(tries)), key=lambda i: (ranks[i], -i))


def why(tries: Sequence[Try], kept: int) -> str:
    """In words, why a try was kept."""
    chosen = tries[kept]
    if chosen.verdict is None:
        return f"Drawn by {chosen.method}; nobody looked at it."
    said = f"Try {kept + 1} of {len(tries)} ({chosen.method}, seed {chosen.seed}): "
    said += in_words(chosen.verdict)
    others = [i for i in range(len(tries)) if i != kept]
    right = sum(bool(v and v.is_right) for v in (tries[i].verdict for i in others))
    if others and chosen.verdict.is_right and right:
        said += f" {right} more came out right; this one is the most alike."
    elif others:
        worst = [tries[i].verdict for i in others]
        said += " The others: " + "; ".join(_shortly(v) for v in worst if v is not None) + "."
    return said


def in_words(verdict: Verdict) -> str:
    """A verdict as a sentence."""
    likely = ", ".join(f"{name} {value:.2f}" for name, value in verdict.likeness.items())
    if verdict.is_right:
        said = f"everybody is there ({likely})" if likely else "everybody is there"
    else:
        said = f"{_shortly(verdict)} ({likely})" if likely else _shortly(verdict)
    marks = [f"{one.tag} of {one.of} on {one.on}" for one in verdict.bleeding]
    if verdict.seam:
        marks.append("a seam where places meet")
    return said + (f"; {', '.join(marks)}." if marks else ".")


def _shortly(verdict: Verdict) -> str:
    said = [f"{name} is missing" for name in verdict.missing]
    said += [f"{name} is hidden" for name in verdict.hidden]
    flags = {
        "somebody is there twice": verdict.clone,
        "two are mixed in one": verdict.blend,
        "they stand in each other's places": verdict.swap,
        "there is one too many": verdict.extra,
    }
    said += [words for words, flag in flags.items() if flag]
    return ", ".join(said) or "everybody is there"
