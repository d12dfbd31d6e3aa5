"""What a check found, for people and for machines; finds nothing itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from castmates.core.types import Goal, Value

Level = Literal["error", "warning", "note", "good"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note", "good")
_SIGNS = {"error": "!!", "warning": " !", "note": " -", "good": "ok"}
_SHOWN = 6


class Finding(Value):
    """One thing that was found.

    Attributes:
        code: what kind of thing, the same for ever (`docs/pictures.md` lists them).
        level: `error` stops the work, `warning` spoils the result, `note` limits it, `good` is
            worth knowing.
        pictures: the files it is about ("0003.png"); () for all of them together.
        what: one sentence.
        fix: one sentence; "" where nothing is to be done.
    """

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    level: Level
    pictures: tuple[str, ...] = ()
    what: str
    fix: str = ""

    @property
    def where(self) -> str:
        """The pictures in words: the first of them; "" for all together."""
        more = ", …" if len(self.pictures) > _SHOWN else ""
        return ", ".join(self.pictures[:_SHOWN]) + more

    def data(self) -> dict[str, Any]:
        """As other programs read it: code, severity, pictures, message, fix."""
        return {
            "code": self.code,
            "severity": self.level,
            "pictures": list(self.pictures),
            "message": self.what,
            "fix": self.fix,
        }


class Twins(Value):
    """Pictures that are one picture. `keeper` is the one to keep; `kinds` how the others differ."""

    pictures: tuple[str, ...]
    keeper: str
    kinds: tuple[str, ...] = ()


class ShotCount(Value):
    """How many pictures of one kind a plan wants and the set has. `words` name the kind."""

    name: str
    words: str
    wanted: int
    have: int

    @property
    def missing(self) -> int:
        return max(self.wanted - self.have, 0)


class Coverage(Value):
    """A set held against a plan. `next` says what to photograph, most worth first; "": nothing."""

    plan: str
    about: str = ""
    shots: tuple[ShotCount, ...] = ()
    next: str = ""


class Absorbed(Value):
    """A tag that (nearly) every picture shows and the captions leave out.

    Attributes:
        share: `count` of the `of` pictures that could show it.
        wanted: it belongs to the character; the trigger is meant to stand for it.
        preview: what that means for drawings.
    """

    tag: str
    share: float
    count: int
    of: int
    family: str = "general"
    wanted: bool = False
    preview: str = ""


class Changeable(Value):
    """A tag that the captions name, and so can be changed in words.

    Attributes:
        share: of the captions that name it.
        always: it hardly varies, so words obey less well.
        preview: a sentence where something should be kept in mind; else "".
    """

    tag: str
    share: float
    always: bool = False
    preview: str = ""


class TriggerWord(Value):
    """The word that calls the character.

    Attributes:
        tokens: how many of the text encoder's tokens it takes; None: not counted.
        clashes: what else it means, in words.
        alternatives: free words, when it clashes.
        known_as: the tagger's own name for the character; "": it knows none.
    """

    word: str
    tokens: int | None = None
    clashes: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    known_as: str = ""


class PictureReport(Value):
    """What was measured of one picture, and the codes of the findings that name it.

    Attributes:
        sharpness: beside the others. softness: 0 crisp to 1 fog, at the size of training.
        blockiness: about 1 without JPEG's blocks.
        tones: what 2, 50 and 98 % of the pixels lie below, 0..255.
        bars: top, bottom, left, right in pixels.
        tokens: of its caption; None: not counted.
    """

    name: str
    width: int
    height: int
    held_out: bool = False
    sharpness: float
    softness: float
    blockiness: float
    tones: tuple[float, float, float]
    bars: tuple[int, int, int, int] = (0, 0, 0, 0)
    tokens: int | None = None
    shows: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    codes: tuple[str, ...] = ()


class Report(Value):
    """What a character's pictures teach and miss.

    Attributes:
        pictures, held_out, captions: counts.
        goal: what the pictures are for.
        looks: the tags that the trigger stands for.
        needs: long side in pixels that the base wants at least, and at best.
        coverage: axis -> category -> how many pictures show it ("view" -> "back" -> 3).
        plan: the set held against a plan; None where captions and tagger say too little.
        findings: most serious first.
        skipped: what was not looked at, and why.
    """

    character: str
    pictures: int
    held_out: int
    captions: int
    goal: Goal = "likeness"
    looks: tuple[str, ...] = ()
    needs: tuple[int, int] = (0, 0)
    per_picture: tuple[PictureReport, ...] = ()
    coverage: dict[str, dict[str, int]] = Field(default_factory=dict)
    plan: Coverage | None = None
    findings: tuple[Finding, ...] = ()
    twins: tuple[Twins, ...] = ()
    absorbed: tuple[Absorbed, ...] = ()
    changeable: tuple[Changeable, ...] = ()
    trigger: TriggerWord | None = None
    skipped: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """As `castmates check --json` writes it."""
        found = self.model_dump(mode="json")
        found["findings"] = [finding.data() for finding in self.findings]
        return found

    def text(self) -> str:
        """The report in plain words, some lines."""
        kind = "" if self.goal == "likeness" else f" ({self.goal})"
        lines = [
            f"{self.character}{kind}: {self.pictures} pictures, {self.held_out} of them held out "
            f"for judging; {self.captions} with captions."
        ]
        if self.looks:
            lines.append(f"Its name stands for: {', '.join(self.looks)}.")
        for axis, seen in self.coverage.items():
            shown = ", ".join(f"{count} {name}" for name, count in seen.items() if count)
            if shown:
                lines.append(f"{axis.capitalize()}: {shown}.")
        lines += [f"{_SIGNS[finding.level]} {_said(finding)}" for finding in self.findings]
        lines += [f"Becomes part of {self.character}: {_shares(self.absorbed)}."] * bool(
            self.absorbed
        )
        loose = [one.tag for one in self.changeable if not one.always]
        if loose:
            more = ", …" if len(loose) > 2 * _SHOWN else ""
            lines.append(f"Stays changeable: {', '.join(loose[: 2 * _SHOWN])}{more}.")
        lines += [f"Not looked at: {each}" for each in self.skipped]
        return "\n".join(lines)


def _said(finding: Finding) -> str:
    where = f"({finding.where})" if finding.where else ""
    return " ".join(part for part in (finding.what, where, finding.fix) if part)


def _shares(absorbed: tuple[Absorbed, ...]) -> str:
    return ", ".join(f"{one.tag} {one.count}/{one.of}" for one in absorbed)
