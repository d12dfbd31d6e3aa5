"""`castmates doctor`: what this machine can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castmates.cli.door import pass_through
from castmates.cli.options import JsonOption

if TYPE_CHECKING:
    from rich.text import Text

    from castmates.studio.doctor import Finding

_MARKS = {"good": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}


def command(as_json: JsonOption = False) -> None:
    """Look at this machine and say what works, and the remedy for what doesn't.

    Example: castmates doctor
    """
    from rich.text import Text

    from castmates.studio.doctor import doctor

    def words(found: list[Finding]) -> Text:
        lines = []
        for finding in found:
            line = Text().append(*_MARKS[finding.level])
            lines.append(line.append(f" {finding.name:<18} {finding.seen}"))
            if finding.fix:
                lines.append(Text(f"{'':<21}→ {finding.fix}"))
        return Text("\n").join(lines)

    pass_through(
        lambda _: doctor(),
        as_json=as_json,
        words=words,
        data=lambda found: {"findings": [f.model_dump() for f in found]},
    )
