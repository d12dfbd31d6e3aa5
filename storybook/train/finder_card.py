"""Words the finder's model card from figures; measures nothing itself."""

from __future__ import annotations

from storybook.train.cards import Figures

_FINDER = """\
# castmates storybook finder

Says where the characters of a picture are: a box and a mask of what is visible, of four at most.
ONNX, input (n, 128, 128, 3) float BGR 0..255 (a square, padded with white), outputs by name:

| | |
|---|---|
| `heat` (n, 32, 32) | how surely the middle of a character's box lies in a cell; peaks count |
| `boxes` (n, 4, 32, 32) | left, top, right, bottom in 0..1 of the square |
| `coefficients` (n, p, 32, 32) | how much of each prototype makes up a mask |
| `prototypes` (n, p, 64, 64) | mask = sigmoid of the sum of coefficient times prototype |

| | |
|---|---|
| data | renders with masks, none to four characters, half of them unlike the base's world |
| training | {samples:,} samples, {minutes} active minutes on two CPU cores |
| mask IoU | {mask_iou} on {pictures} fresh renders (half wide), who is missed counts 0 |
| mask IoU, quiet world alone | {mask_iou_quiet} |
| box IoU | {box_iou} |
| the right number of characters | {right_counts:.1%} of these pictures, at threshold {threshold} |
| licence | Apache-2.0; may be used for what is sold |

The pictures are mirrored, shifted, tinted, blurred, given noise, pressed as JPEG and sent through
the base's VAE; some are redrawn by the base from their own captions.

Limits: it knows the storybook world and no photographs; it says who is where and not who it is; a
mask has half the resolution of the square, so thin things (a held string, whiskers) may be cut off;
of figures that hide each other almost wholly one may be missed.

Going on: `python -m storybook.train finder --minutes 30`; the new weights are shipped only if the
mean of mask IoU and right counts is not lower.
"""


def finder_card(figures: Figures) -> str:
    """The finder's model card."""
    return _FINDER.format(**figures)
