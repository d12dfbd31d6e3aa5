"""What is told about a configuration that was read; knows no dialect.

Nothing is dropped without a word: a key has an effect, or stands in one of these lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from castmates.core.types import Value


class Ignored(Value):
    """A key without effect here: `near` is the nearest known name, `why` the reason if known."""

    key: str
    near: str = ""
    why: str = ""

    def __str__(self) -> str:
        if self.why:
            return f"{self.key}: {self.why}"
        return f"{self.key}: unknown" + (f"; did you mean '{self.near}'?" if self.near else "")


class Difference(Value):
    """A place where kohya would do otherwise: what it does, and what castmates does."""

    key: str
    kohya: str
    here: str

    def __str__(self) -> str:
        return f"{self.key}: kohya {self.kohya}; castmates {self.here}"


class Machine(Value):
    """A key that says how fast, not what: accepted without effect on the result."""

    key: str
    value: str
    why: str

    def __str__(self) -> str:
        return f"{self.key} = {self.value}: {self.why}"


class Unable(Value):
    """What castmates cannot do yet, or not at all (`stops`): the setting, its value, the reason."""

    key: str
    value: str
    why: str
    stops: bool = False

    def __str__(self) -> str:
        return f"{self.key} = {self.value}: {self.why}"


class Report(Value):
    """Everything said about one configuration.

    Attributes:
        dialect: whose file it is.
        notes: how something was read that could be read otherwise.
    """

    dialect: str
    ignored: tuple[Ignored, ...] = ()
    differs: tuple[Difference, ...] = ()
    machine: tuple[Machine, ...] = ()
    unable: tuple[Unable, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The report for people, one line each, under headings."""
        found = [f"Read as {self.dialect}."]
        for title, entries in (
            ("Ignored", self.ignored),
            ("kohya would do otherwise", self.differs),
            ("Accepted without effect on the result", self.machine),
            ("Not done by castmates yet", self.unable),
            ("Notes", self.notes),
        ):
            if entries:
                found += [f"{title}:", *(f"  {entry}" for entry in entries)]
        return found


@dataclass
class Findings:
    """Gathers a report while a file is read; the same thing is told once."""

    ignored: list[Ignored] = field(default_factory=list)
    differs: list[Difference] = field(default_factory=list)
    machine: list[Machine] = field(default_factory=list)
    unable: list[Unable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def ignore(self, key: str, *, near: str = "", why: str = "") -> None:
        self.ignored.append(Ignored(key=key, near=near, why=why))

    def differ(self, key: str, kohya: str, here: str) -> None:
        self.differs.append(Difference(key=key, kohya=kohya, here=here))

    def accept(self, key: str, value: object, why: str) -> None:
        self.machine.append(Machine(key=key, value=shown(value), why=why))

    def cannot(self, key: str, value: object, why: str, *, stops: bool = False) -> None:
        self.unable.append(Unable(key=key, value=shown(value), why=why, stops=stops))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def report(self, dialect: str) -> Report:
        return Report(
            dialect=dialect,
            ignored=tuple(dict.fromkeys(self.ignored)),
            differs=tuple(dict.fromkeys(self.differs)),
            machine=tuple(dict.fromkeys(self.machine)),
            unable=tuple(dict.fromkeys(self.unable)),
            notes=tuple(dict.fromkeys(self.notes)),
        )


def shown(value: object) -> str:
    """A value as a settings file writes it: `true`, `0.5`, `text`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(one) for one in value) + "]"
    return str(value)
