"""What a check found, for people and for machines; finds nothing itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from castmates.core.types import Value

Level = Literal["error", "warning", "note", "good"]
_SIGNS = {"error": "!!", "warning": " !", "note": " -", "good": "ok"}
_SHOWN = 6


class Finding(Value):
    """One thing that was found.

    Attributes:
        level: `error` stops the work, `warning` spoils the result, `note` limits it, `good` is
            worth knowing.
        pictures: the files it is about ("0003.png"); () for all of them together.
        what: one sentence.
        fix: one sentence; "" where nothing is to be done.
    """

    level: Level
    pictures: tuple[str, ...] = ()
    what: str
    fix: str = ""

    @property
    def where(self) -> str:
        """The pictures in words: the first of them; "" for all together."""
        more = ", …" if len(self.pictures) > _SHOWN else ""
        return ", ".join(self.pictures[:_SHOWN]) + more


class Report(Value):
    """What a character's pictures teach and miss.

    Attributes:
        pictures, held_out, captions: counts.
        looks: the tags that the trigger stands for.
        coverage: axis -> category -> how many pictures show it ("view" -> "back" -> 3).
        findings: most serious first.
    """

    character: str
    pictures: int
    held_out: int
    captions: int
    looks: tuple[str, ...] = ()
    coverage: dict[str, dict[str, int]] = Field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def text(self) -> str:
        """The report in plain words, some lines."""
        lines = [
            f"{self.character}: {self.pictures} pictures, {self.held_out} of them held out for "
            f"judging; {self.captions} with captions."
        ]
        if self.looks:
            lines.append(f"Its name stands for: {', '.join(self.looks)}.")
        for axis, seen in self.coverage.items():
            shown = ", ".join(f"{count} {name}" for name, count in seen.items() if count)
            if shown:
                lines.append(f"{axis.capitalize()}: {shown}.")
        for finding in self.findings:
            lines.append(f"{_SIGNS[finding.level]} {_said(finding)}")
        return "\n".join(lines)


def _said(finding: Finding) -> str:
    where = f"({finding.where})" if finding.where else ""
    return " ".join(part for part in (finding.what, where, finding.fix) if part)
