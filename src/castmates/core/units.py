"""Durations with their unit: `steps(500)`, `epochs(8)`; knows no training."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_written = re.compile(r"^\s*(\d+)\s*(steps?|epochs?)\s*$")


class Duration(BaseModel):
    """How long: a positive count of steps (optimizer updates) or epochs (over all pictures)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    count: int = Field(ge=1)
    unit: Literal["steps", "epochs"]

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"

    def in_steps(self, steps_per_epoch: int) -> int:
        """The same length in steps, given how many steps one epoch has."""
        return self.count if self.unit == "steps" else self.count * steps_per_epoch


def steps(count: int) -> Duration:
    return Duration(count=count, unit="steps")


def epochs(count: int) -> Duration:
    return Duration(count=count, unit="epochs")


def _read(value: Any) -> Any:
    if isinstance(value, str):
        match = _written.match(value)
        if match is None:
            raise ValueError(f"'{value}' is not a duration; wanted '500 steps' or '8 epochs'")
        unit = "steps" if match[2].startswith("step") else "epochs"
        return {"count": int(match[1]), "unit": unit}
    if isinstance(value, int):
        raise ValueError(f"{value} has no unit; wanted '{value} steps' or '{value} epochs'")
    return value


WrittenDuration = Annotated[Duration, BeforeValidator(_read), PlainSerializer(str)]
"""A Duration that settings files write as text: `length = "8 epochs"`."""
