"""Measures an upscaler against Lanczos and writes its card; trains nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from castmates.backends.esrgan_upscaler import EsrganUpscaler
from storybook.train.cards import Figures, figures_toml
from storybook.train.loop import Totals
from storybook.train.losses import edge_weight
from storybook.train.sheet import grid
from storybook.train.upscaler_pairs import Pairs, Pixels
from storybook.train.vae import to_tensor

STRONG_EDGE = 1.85
"""Of `losses.edge_weight`: within two pixels of a jump by a quarter of the range."""

SHEET_ROWS, SHEET_CELL, FACE = 5, 160, 0.012


@dataclass(frozen=True)
class Fidelity:
    """How near enlarged pictures come, in dB: PSNR of all pixels, and of those at strong edges."""

    psnr: float
    edge_psnr: float


def fidelity_of(made: Iterable[Pixels], drawn: Pixels) -> Fidelity:
    """Over all pictures together; (H, W, 3) uint8 each."""
    error, edge_error, count, edges = 0.0, 0.0, 0, 0
    for one, wanted in zip(made, drawn, strict=True):
        squares = (one.astype(np.float64) - wanted) ** 2
        strong = (edge_weight(to_tensor(wanted[None])) > STRONG_EDGE)[0, 0].numpy()
        error, count = error + squares.sum(), count + squares.size
        edge_error, edges = edge_error + squares[strong].sum(), edges + squares[strong].size
    return Fidelity(_decibels(error, count), _decibels(edge_error, edges))


def _decibels(error: float, count: int) -> float:
    return 10 * math.log10(255**2 * max(1, count) / max(error, 1e-9))


def lanczos(small: Pixels, factor: int) -> Pixels:
    """What an upscaler has to beat: Lanczos' windowed sinc over three pixels."""
    size = (small.shape[1] * factor, small.shape[0] * factor)
    large: Pixels = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.LANCZOS))
    return large


def cut(picture: Pixels, row: int, column: int, side: int) -> Pixels:
    """(side, side, 3) of a picture, from this corner on."""
    return picture[row : row + side, column : column + side]


def faces(pairs: Pairs, ours: EsrganUpscaler) -> Pixels:
    """Rows of faces of held-out pictures: nearest, Lanczos, ours, as drawn."""
    chosen = [i for i, eyes in enumerate(pairs.eyes) if eyes[0, 2] > FACE] or [0]
    cell = min(SHEET_CELL, pairs.large.shape[1])
    cells = []
    for index in chosen[:SHEET_ROWS]:
        small, drawn = pairs.small[index], pairs.large[index]
        nearest = small.repeat(ours.factor, 0).repeat(ours.factor, 1)
        x, y = np.clip(pairs.eyes[index, 0, :2], 0, 1) * len(drawn)
        row, column = (min(max(0, int(v) - cell // 2), len(drawn) - cell) for v in (y, x))
        for whole in (nearest, lanczos(small, ours.factor), ours.upscale(small), drawn):
            cells.append(cut(whole, row, column, cell))
    return grid(cells, 4)


def write_cards(
    folder: Path, figures_of: tuple[Fidelity, Fidelity], made_of: Figures, totals: Totals
) -> None:
    after, plain = figures_of
    figures: Figures = {
        "name": "storybook",
        **made_of,
        "psnr": round(after.psnr, 2),
        "psnr_lanczos": round(plain.psnr, 2),
        "edge_psnr": round(after.edge_psnr, 2),
        "edge_psnr_lanczos": round(plain.edge_psnr, 2),
        "samples": totals.samples,
        "minutes": round(totals.minutes, 1),
        "licence": "Apache-2.0",
        "may_sell": True,
    }
    (folder / "card.toml").write_text(figures_toml(figures), encoding="utf-8")
    (folder / "README.md").write_text(_CARD.format(**figures), encoding="utf-8")


_CARD = """\
# castmates storybook upscaler

Makes a picture of the storybook world {factor} times wider and higher, with crisp lines: an ESRGAN
network (RRDBNet, {parameters:,} parameters) in Real-ESRGAN's layout, float16, RGB in 0..1 in and
out, so that other programs load the file too.

![nearest, Lanczos, this model, as drawn](sheet.png)

| | |
|---|---|
| data | renders of the storybook world, quiet, wide and beyond, one to four characters |
| training | {samples:,} samples, {minutes} active minutes |
| PSNR | {psnr} dB on fresh pictures; Lanczos {psnr_lanczos} dB |
| PSNR at strong edges | {edge_psnr} dB; Lanczos {edge_psnr_lanczos} dB |
| licence | Apache-2.0; may be used for what is sold |

The large pictures are drawn; the small ones are those, averaged and mostly sent through the base's
VAE with slightly disturbed latents, some only softened and given noise.

Limits: it knows flat colours and outlines; photographs and paintings come out smooth. What the
small picture does not show (an iris of one pixel) it guesses. It repairs softness, not wrong
drawing.

Going on: `python -m storybook.train upscaler --minutes 10`; the new weights are shipped only if
their PSNR is not lower.
"""
