"""A configuration half way: the pairs of a file on one side, settings on the other.

The readers of the single parts (`networks`, `optimizers`, `lengths`, `folders`) take pairs from
here and put settings; what does not fit is gathered and told together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from castmates.core.errors import BadInput, Misfits
from castmates.core.units import Duration
from castmates.training.configs import kinds
from castmates.training.configs.keys import keys_of, near
from castmates.training.configs.neutral import TrainingSettings
from castmates.training.configs.report import Findings, shown


@dataclass
class Draft:
    """Attributes:
    where: the file, for messages.
    pairs: key -> value in sd-scripts' keys.
    dialects: letters of those whose keys are known.
    values: `section.setting` -> value; `origins`: the key it came from.
    """

    where: str
    pairs: Mapping[str, object]
    dialects: str
    findings: Findings = field(default_factory=Findings)
    misfits: Misfits = field(default_factory=Misfits)
    values: dict[str, object] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        """Whether the file says anything for that key."""
        return self.pairs.get(key) not in (None, "")

    def get(self, key: str, kind: str = "") -> Any:
        """The key's value in its kind; None when it is not there or does not fit (told later)."""
        if not self.has(key):
            return None
        return self.read(key, self.pairs[key], kind or keys_of(self.dialects)[key].kind)

    def read(self, key: str, value: object, kind: str) -> Any:
        """A value in a kind; None when it does not fit (told later)."""
        try:
            return kinds.typed(kind, value)
        except ValueError as error:
            what = f"{self.where}: '{key}' is {shown(value)!r}: {error}."
            self.misfits.add(BadInput(what, "Change that line."))
            return None

    def duration(self, key: str, unit: Callable[[int], Duration]) -> Duration | None:
        """A count of steps or epochs; None when it is 0, not there, or does not fit."""
        count = self.get(key, "int")
        if count is not None and count < 0:
            self.misfits.add(BadInput(f"{self.where}: '{key}' is {count}; wanted 0 or more."))
            return None
        return unit(count) if count else None

    def put(self, place: str, value: object, key: str) -> None:
        """Set `section.setting`; `key` is where it came from."""
        if value is not None:
            self.values[place] = value
            self.origins[place] = key

    def sort(self, pairs: Mapping[str, object], dialects: str) -> None:
        """Give every pair what its row in the table says; `reads` is left to the readers."""
        known = keys_of(dialects)
        for name, value in pairs.items():
            if name not in known:
                self.findings.ignore(name, near=near(name, dialects))
                continue
            key = known[name]
            if key.role == "sets" and value not in (None, ""):
                self.put(key.becomes, self.read(name, value, key.kind), name)
            elif key.role == "machine":
                self.findings.accept(name, value, key.note)
            elif key.role == "unable" and key.asks(value):
                self.findings.cannot(name, value, key.note)
            elif key.role == "ignored" and key.asks(value):
                self.findings.ignore(name, why=key.note)

    def settings(self, extra: Mapping[str, object]) -> TrainingSettings:
        """The whole value.

        Args:
            extra: settings that are no single values: the folders.

        Raises:
            BadInput: what does not fit, all at once, by the file's own keys.
        """
        self.misfits.raise_if_any()
        tables: dict[str, Any] = {}
        for place, value in self.values.items():
            section, _, name = place.partition(".")
            tables.setdefault(section, {})[name] = value
        try:
            return TrainingSettings.model_validate({**tables, **extra})
        except ValidationError as error:
            self.misfit(error)
            self.misfits.raise_if_any()
            raise

    def misfit(self, error: ValidationError, where: str = "") -> None:
        """Tell later what does not fit, by the file's own keys."""
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"][:2])
            key = self.origins.get(place, place)
            said = problem["msg"].removeprefix("Value error, ")
            found = problem.get("input")
            self.misfits.add(
                BadInput(f"{where or self.where}: '{key}' does not fit: {said}, found {found!r}.")
            )
