"""The held-out loss over all stretches: read from a card, added to, written; knows no model."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Point:
    """One look at the held-out set: samples and active minutes so far, and the loss."""

    samples: int
    minutes: float
    loss: float


@dataclass
class Curve:
    """Points in order; `log` (JSON lines) gets every new one at once."""

    points: list[Point] = field(default_factory=list)
    log: Path | None = None

    @property
    def last(self) -> Point | None:
        """The newest point."""
        return self.points[-1] if self.points else None

    def add(self, point: Point) -> None:
        """Append a point, unless it only repeats the last."""
        if self.last is not None and self.last.samples == point.samples:
            return
        self.points.append(point)
        if self.log is not None:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(point)) + "\n")

    def catch_up(self, samples: int) -> None:
        """Take from the log what a stopped stretch measured up to `samples`."""
        if self.log is None or not self.log.exists():
            return
        for line in self.log.read_text(encoding="utf-8").splitlines():
            point = Point(**json.loads(line))
            if (self.last.samples if self.last else -1) < point.samples <= samples:
                self.points.append(point)

    def to_json(self) -> str:
        """The whole curve, one point a line."""
        rows = ",\n".join("  " + json.dumps(asdict(point)) for point in self.points)
        return '{"points": [\n' + rows + "\n]}\n"


def read_curve(path: Path, log: Path | None = None) -> Curve:
    """The curve of a shipped model; an empty one where there is none."""
    if not path.exists():
        return Curve([], log)
    points = [Point(**point) for point in json.loads(path.read_text(encoding="utf-8"))["points"]]
    return Curve(points, log)
