"""Draws likeness against obedience as inline SVG; knows arms and a decision, no page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from markupsafe import Markup, escape

from castmates.judging.choice import Decision
from castmates.judging.eligible import key
from castmates.judging.reasons import figure, percent
from castmates.judging.scores import ArmScore, Scores
from castmates.judging.utility import flexible

WIDTH, HEIGHT = 560, 430
LEFT, RIGHT, TOP, BOTTOM = 50, 28, 16, 46
LINE = 15
"""Height of a label."""
BRIEFLY = 0.5
"""Arms with less than this share of the most pictures are pale: they were seen briefly."""


@dataclass(frozen=True)
class Frame:
    """Maps (obedience, likeness) to places; both axes are cut to where there is something."""

    low: tuple[float, float]
    high: tuple[float, float]

    def at(self, across: float, up: float) -> tuple[float, float]:
        """Where a point lies, in the drawing's units; what lies outside lands on the edge."""
        x = (across - self.low[0]) / (self.high[0] - self.low[0])
        y = (up - self.low[1]) / (self.high[1] - self.low[1])
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, x)),
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(1.0, max(0.0, y)),
        )


@dataclass
class _Labels:
    """Words beside points, moved until none lies on another."""

    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def place(self, x: float, y: float, words: str, kind: str) -> str:
        wide = 6.6 * len(words)
        spots = [
            (x + 10 + turn * 4 if side == "start" else x - 10 - turn * 4, y + 4 + up * LINE, side)
            for turn, up in enumerate((-1, 1, -2, 2, -3, 3, -4, 4))
            for side in (("start", "end") if x < WIDTH * 0.62 else ("end", "start"))
        ]
        best = min(spots, key=lambda spot: self._cost(spot, wide))
        self.taken.append(_box(best, wide))
        return (
            f'<text class="name {kind}" x="{best[0]:.1f}" y="{best[1]:.1f}" '
            f'text-anchor="{best[2]}">{escape(words)}</text>'
        )

    def _cost(self, spot: tuple[float, float, str], wide: float) -> float:
        left, top, right, bottom = _box(spot, wide)
        over = sum(
            max(0.0, min(right, r) - max(left, x)) * max(0.0, min(bottom, b) - max(top, y))
            for x, y, r, b in self.taken
        )
        outside = max(0.0, LEFT - left) + max(0.0, right - WIDTH + 4)
        outside += max(0.0, TOP - top) + max(0.0, bottom - HEIGHT + BOTTOM)
        return over + 60 * outside


def _box(spot: tuple[float, float, str], wide: float) -> tuple[float, float, float, float]:
    left = spot[0] if spot[2] == "start" else spot[0] - wide
    return (left, spot[1] - LINE + 3, left + wide, spot[1] + 3)


def pareto(scores: Scores, decision: Decision) -> Markup:
    """The plot: every arm a point, the named ones with their intervals, the front as a line.

    Arms that were left out are crossed; hovering says the gate. Without anything asked: nothing.
    """
    if scores.baseline.obedience is None and not any(arm.n_asked for arm in scores.arms):
        return Markup("")
    named = _named(decision)
    frame = _frame(scores, [scores.arm(*at) for at in named])
    out = {(row.epoch, row.strength): row.reason or row.why for row in decision.ruled_out}
    parts = [_grid(frame), _front(frame, scores, out)]
    labels = _Labels()
    well = BRIEFLY * max(arm.n for arm in scores.arms)
    chosen = (decision.pick.epoch, decision.pick.strength)
    for arm in sorted(scores.arms, key=lambda arm: (key(arm) in named, key(arm) == chosen)):
        x, y = frame.at(flexible(arm), arm.likeness)
        labels.taken.append((x - 5, y - 5, x + 5, y + 5))
        kind = named[key(arm)][1] if key(arm) in named else "pale" if arm.n < well else ""
        parts.append(_point(frame, arm, out.get(key(arm), ""), kind))
    base = scores.baseline
    x, y = frame.at(flexible(base), base.likeness)
    parts.append(f'<rect class="without" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>')
    parts.append(labels.place(x, y, "no adapter", "without"))
    for at, (words, kind) in named.items():
        arm = scores.arm(*at)
        parts.append(labels.place(*frame.at(flexible(arm), arm.likeness), words, kind))
    says = f"Likeness against obedience of {len(scores.arms)} combinations"
    return Markup(
        f'<svg class="chart pareto" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{says}">{"".join(parts)}</svg>'
    )


def _named(decision: Decision) -> dict[tuple[int, float], tuple[str, str]]:
    """Arm -> its label and kind; one that plays several parts has all their words."""
    pick = (decision.pick.epoch, decision.pick.strength)
    parts = (
        ("", decision.pick),
        ("most alike", decision.most_like),
        ("most flexible", decision.most_flexible),
        ("last epoch", decision.last),
        ("lowest loss", decision.lowest),
    )
    words: dict[tuple[int, float], list[str]] = {}
    for title, one in parts:
        if one is not None:
            words.setdefault((one.epoch, one.strength), []).append(title)
    return {
        at: (
            ", ".join(filter(None, (f"{at[0]} at {at[1]:g}", *titles))),
            "chosen" if at == pick else "beside",
        )
        for at, titles in words.items()
    }


def _frame(scores: Scores, named: Sequence[ArmScore]) -> Frame:
    """From a little below the lowest to 1, in tenths; half of the scale at least."""
    arms = [*scores.arms, scores.baseline]

    def low(values: Iterable[float]) -> float:
        return max(0.0, min(0.5, floor(min(values) * 10 - 0.4) / 10))

    def high(values: Iterable[float]) -> float:
        return min(1.0, ceil(max(values) * 10 + 0.2) / 10)

    across, up = [flexible(arm) for arm in arms], [arm.likeness for arm in arms]
    ends = [arm.likeness_interval[1] for arm in named]
    return Frame((low(across), low(up)), (max(high(across), 1.0), high([*up, *ends])))


def _grid(frame: Frame) -> str:
    parts = []
    for tenth in range(11):
        value = tenth / 10
        if frame.low[1] <= value <= frame.high[1] + 1e-9 and tenth % 2 == 0:
            _, y = frame.at(0, value)
            parts.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" ')
            parts.append(f'y2="{y:.1f}"/><text x="{LEFT - 8}" y="{y + 4:.1f}" ')
            parts.append(f'text-anchor="end">{figure(value)}</text>')
        if frame.low[0] <= value <= frame.high[0] + 1e-9 and tenth % 2 == 0:
            x, _ = frame.at(value, 0)
            parts.append(f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" ')
            parts.append(f'y2="{HEIGHT - BOTTOM}"/><text x="{x:.1f}" y="{HEIGHT - 26}" ')
            parts.append(f'text-anchor="middle">{percent(value)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text class="axis" x="{WIDTH - RIGHT}" y="{HEIGHT - 7}" text-anchor="end">')
    parts.append("flexibility: what was asked for is there, as far as the base can →</text>")
    parts.append(f'<text class="axis" transform="translate(13 {middle:.0f}) rotate(-90)" ')
    parts.append('text-anchor="middle">likeness →</text>')
    return "".join(parts)


def _front(frame: Frame, scores: Scores, out: dict[tuple[int, float], str]) -> str:
    """The line that no arm lies beyond, of those that were seen well."""
    free = [arm for arm in scores.arms if key(arm) not in out]
    most = max((arm.n for arm in free), default=0)
    well = [arm for arm in free if arm.n >= BRIEFLY * most]
    ordered = sorted(well, key=lambda arm: (-arm.likeness, -flexible(arm)))
    best, kept = -1.0, []
    for arm in ordered:
        if flexible(arm) > best:
            best = flexible(arm)
            kept.append(frame.at(best, arm.likeness))
    if len(kept) < 2:
        return ""
    return f'<path class="front" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in kept)}"/>'


def _point(frame: Frame, arm: ArmScore, out: str, kind: str) -> str:
    """A point with its words for who hovers; `kind`: "", "pale", "beside" or "chosen"."""
    x, y = frame.at(flexible(arm), arm.likeness)
    low, high = arm.flexibility_interval if arm.flexibility is not None else arm.obedience_interval
    says = (
        f"epoch {arm.epoch} at {arm.strength:g}: likeness {figure(arm.likeness)} "
        f"({figure(arm.likeness_interval[0])}-{figure(arm.likeness_interval[1])}), "
        f"flexibility {percent(flexible(arm))} ({percent(low)}-{percent(high)}), {arm.n} pictures"
    )
    title = f"<title>{escape(says)}{escape(f'; left out: {out}' if out else '')}</title>"
    if out:
        cross = f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"
        return f'<g class="arm out"><path d="{cross}"/>{title}</g>'
    if kind in {"", "pale"}:
        return f'<circle class="arm {kind}" cx="{x:.1f}" cy="{y:.1f}" r="4">{title}</circle>'
    left, right = frame.at(low, 0)[0], frame.at(high, 0)[0]
    bottom, top = (frame.at(0, value)[1] for value in arm.likeness_interval)
    bars = f"M{left:.1f} {y:.1f}H{right:.1f}M{x:.1f} {bottom:.1f}V{top:.1f}"
    radius = 7.5 if kind == "chosen" else 5.5
    return (
        f'<g class="arm {kind}"><path class="bars" d="{bars}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>{title}</g>'
    )
