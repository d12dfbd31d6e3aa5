"""Draws the loss curve as inline SVG; knows numbers, no page and no training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

from markupsafe import Markup

Points = Sequence[tuple[int, float]]

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 34
MOST = 160
"""More points than this are put together into as many buckets: the page stays small."""


@dataclass(frozen=True)
class Scale:
    """Maps (step, value) to places in the drawing."""

    last: int
    low: float
    high: float

    def at(self, step: float, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * step / max(self.last, 1)
        inside = (value - self.low) / max(self.high - self.low, 1e-12)
        return (x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(1.0, max(0.0, inside)))


def loss_chart(
    loss: Points,
    held_out: Points = (),
    saved: Sequence[tuple[int, int]] = (),
    picked: int | None = None,
) -> Markup:
    """The chart: single steps pale, their running mean strong, epochs as steps of their means,
    held-out loss as dots.

    Args:
        loss: (step, loss) of the training steps, at least one.
        held_out: (step, loss) on pictures that training never saw.
        saved: (epoch, step) of the checkpoints, drawn as upright lines.
        picked: the chosen epoch, whose line stands out.
    """
    raw, smooth = thinned(loss), thinned(running_mean(loss))
    scale = _scale(raw, smooth, held_out)
    parts = [_grid(scale), *(_mark(scale, e, s, e == picked) for e, s in saved)]
    parts.append(f'<path class="raw" d="{_path(scale, raw)}"/>')
    if bars := epoch_means(loss, saved):
        parts.append(f'<path class="epoch" d="{_stairs(scale, bars)}"/>')
    parts.append(f'<path class="mean" d="{_path(scale, smooth)}"/>')
    if held_out:
        parts.append(f'<path class="held" d="{_path(scale, held_out)}"/>')
        spots = (scale.at(*point) for point in held_out)
        parts += [f'<circle class="held-dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in spots]
    first, final = smooth[0][1], smooth[-1][1]
    says = f"Training loss over {scale.last} steps, running mean from {first:.3f} to {final:.3f}"
    return Markup(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{says}">'
        f"{''.join(parts)}</svg>"
    )


def running_mean(points: Points) -> list[tuple[int, float]]:
    """The mean of each point's neighbours on both sides, about a tenth of all points together.

    Both sides, so that the line lies in the middle of the steps instead of lagging behind them; at
    the ends there is only one side, which keeps single steps from bending the line.
    """
    reach = len(points) // 20
    found = []
    for i, (step, _) in enumerate(points):
        window = points[max(0, i - reach) : i + reach + 1]
        found.append((step, sum(value for _, value in window) / len(window)))
    return found


def epoch_means(points: Points, saved: Sequence[tuple[int, int]]) -> list[tuple[int, int, float]]:
    """(first step, last step, mean) between each two checkpoints that have steps between them."""
    found, start = [], 0
    for _, end in sorted(saved, key=lambda pair: pair[1]):
        inside = [value for step, value in points if start < step <= end]
        if inside:
            found.append((start, end, sum(inside) / len(inside)))
        start = end
    return found


def thinned(points: Points, most: int = MOST) -> list[tuple[int, float]]:
    """At most `most` points: neighbours put together into their mean, at their middle step."""
    if len(points) <= most:
        return list(points)
    bounds = [round(i * len(points) / most) for i in range(most + 1)]
    buckets = [points[a:b] for a, b in pairwise(bounds)]
    return [(some[len(some) // 2][0], sum(v for _, v in some) / len(some)) for some in buckets]


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers within low..high, around `about` of them."""
    span = max(high - low, 1e-9)
    rough = span / about
    power = 10.0 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough - 1e-12)
    first = floor(low / step + 1 - 1e-9)
    count = floor((high - first * step) / step + 1e-9) + 1
    return [round((first + i) * step, 10) for i in range(count)]


def _scale(raw: Points, smooth: Points, held_out: Points) -> Scale:
    # Single steps jump; the frame holds the middle 98 % of them, and all of the lines that count.
    values = sorted(value for _, value in raw)
    middle = values[len(values) // 100 : len(values) - len(values) // 100]
    shown = [*middle, *(v for _, v in smooth), *(v for _, v in held_out)]
    low, high = min(shown), max(shown)
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    last = max(step for step, _ in (*raw, *held_out))
    return Scale(last, max(0.0, low - pad) if low >= 0 else low - pad, high + pad)


def _stairs(scale: Scale, bars: Sequence[tuple[int, int, float]]) -> str:
    parts = []
    for start, end, value in bars:
        (left, y), (right, _) = scale.at(start, value), scale.at(end, value)
        parts.append(f"M{left:.1f} {y:.1f}H{right:.1f}")
    return "".join(parts)


def _path(scale: Scale, points: Points) -> str:
    places = (scale.at(*point) for point in points)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _grid(scale: Scale) -> str:
    parts = []
    for value in ticks(scale.low, scale.high):
        _, y = scale.at(0, value)
        parts.append(
            f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4.5:.1f}" text-anchor="end">{value:g}</text>')
    for step in ticks(0, scale.last):
        x, _ = scale.at(step, 0)
        anchor = "end" if x > WIDTH - 30 else "middle"
        words = "step 0" if step == 0 else f"{step:g}"
        anchor = "start" if step == 0 else anchor
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{words}</text>')
    return "".join(parts)


def _mark(scale: Scale, epoch: int, step: int, picked: bool) -> str:
    x, _ = scale.at(step, 0)
    kind = "saved picked" if picked else "saved"
    line = f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
    words = f"epoch {epoch}" if picked else f"{epoch}"
    spot = f'x="{x - 4:.1f}" y="{TOP + 11}" text-anchor="end"'
    return f'{line}<text class="{kind}" {spot}>{words}</text>'
