"""A tiny real house for judging: a painter of flat colours, a colour encoder, a tagger of reds.

The painted "character" is a blue square. Strength paints more of it; the hat is a red bar that
gets lost where epoch × strength is large, so that the known best lies in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from castmates.core.events import Tell, silent
from castmates.core.ports import Pixels
from castmates.core.types import Shot, Tag
from castmates.judging.cells import Checkpoint, Study, StudyPrompt

SIDE = 32
HAT_LOST = 7.0
"""Epoch × strength from which on the tiny painter forgets the hat."""


def study(**changes: object) -> Study:
    """Three epochs × three strengths × plain and hat × two seeds."""
    values: dict[str, object] = {
        "adapters": tuple(
            Checkpoint(epoch=e, file=f"runs/a/pip-{e:06d}.safetensors", digest=f"d{e}")
            for e in (2, 6, 10)
        ),
        "strengths": (0.4, 0.8, 1.0),
        "prompts": (
            StudyPrompt(label="plain", words="pip, standing"),
            StudyPrompt(
                label="hat", words="pip, christmas hat", wants=("christmas hat",), gate=True
            ),
        ),
        "seeds": (1, 2),
    }
    return Study.model_validate({**values, **changes})


def picture(dose: float, hat: bool, seed: int) -> Pixels:
    """Blue below up to `dose` (0..1), sand above, a red bar on top for the hat, a little noise."""
    pixels = np.full((SIDE, SIDE, 3), (200, 180, 140), np.int16)
    pixels[SIDE - round(SIDE * min(dose, 0.9)) :, :] = (40, 70, 200)
    if hat:
        pixels[:6] = (220, 30, 30)
    pixels += np.random.default_rng(seed).integers(-8, 9, pixels.shape, dtype=np.int16)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def real(count: int, start: int = 100) -> tuple[Pixels, ...]:
    """Pictures of the real character: a dose of .7, each with its own noise."""
    return tuple(picture(0.7, False, start + i) for i in range(count))


@dataclass(frozen=True)
class FlatDrawing:
    index: int
    pixels: Pixels
    texts: Mapping[str, str]


@dataclass
class FlatPainter:
    """Paints shots with the dose epoch × strength / 10; remembers what it was asked for."""

    asked: list[Shot] = field(default_factory=list)
    stop_after: int | None = None

    def draw(self, shots: Sequence[Shot], tell: Tell = silent) -> Iterator[FlatDrawing]:
        order = list(range(len(shots)))[::-1]
        for done, index in enumerate(order):
            if done == self.stop_after:
                raise KeyboardInterrupt
            shot = shots[index]
            self.asked.append(shot)
            dose = sum(int(u.name.rsplit("-", 1)[-1]) * u.strength for u in shot.adapters)
            hat = "hat" in shot.words and dose < HAT_LOST
            yield FlatDrawing(index, picture(dose / 10, hat, shot.seed), {"parameters": shot.words})


class ColourEncoder:
    """Embeds a picture as the direction of its coarse colour histogram."""

    def embed(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        rows = []
        for pixels in pictures:
            bins = (pixels.reshape(-1, 3) // 64).astype(np.int64) @ np.array([16, 4, 1])
            rows.append(np.bincount(bins, minlength=64).astype(np.float32) + 1.0)
        stacked = np.stack(rows)
        return np.asarray(stacked / np.linalg.norm(stacked, axis=1, keepdims=True), np.float32)


class RedTagger:
    """Says "christmas hat" where the top of a picture is red."""

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        tops = [p[:4].reshape(-1, 3).mean(axis=0) for p in pictures]
        hat = Tag(name="Christmas_Hat", confidence=0.9, family="hat")
        return [[hat] if red > 180 and blue < 90 else [] for red, _, blue in tops]

    def vocabulary(self) -> dict[str, str]:
        return {"Christmas_Hat": "hat"}
