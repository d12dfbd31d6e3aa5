"""Words the model cards of the embedded models from figures; measures nothing itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

from storybook.train.curve import Curve
from storybook.train.loop import Totals

Figures = dict[str, str | int | float | bool]

_BASE = """\
# castmates storybook base

A genuine, very small Stable Diffusion pipeline (AutoencoderKL, UNet2DConditionModel,
CLIPTextModel, CLIPTokenizer), trained from scratch on pictures that `storybook/world` draws.
It exists so that castmates works at once, on two CPU cores, with nobody else's weights.

![sixteen fixed prompts](sheet.png)

| | |
|---|---|
| family | SD 1.x layout; 8 latent channels, text width 256, v-prediction, zero terminal SNR |
| native size | 128 x 128 |
| parameters | U-Net {unet:.1f} M, VAE {vae:.1f} M, text encoder {text_encoder:.1f} M |
| size of the folder | {size:.1f} MB (float16) |
| data | renders of the storybook world, quiet then grown; nobody else's pictures or words |
| U-Net training | {samples:,} samples, {hours:.2f} active hours on two CPU cores (bf16) |
| held-out loss | {loss} (256 fresh pictures, fixed noise; curve in `curve.json`) |
| licence | Apache-2.0; pictures may be sold |

Loads with `StableDiffusionPipeline.from_pretrained(folder)`; use 20 DDIM steps, guidance 4,
`guidance_rescale=0.5`, 128 x 128. Captions are tags, the kind first: `1fox, solo, orange fur,
blue hoodie, waving, forest, full body, flat color`.

## Loss curve

| samples | active minutes | held-out loss |
|---|---|---|
{curve}

## Limits

It knows one world: girls, boys, cats, foxes, bears, rabbits and robots of picture-book make, in ten
scenes and six hats, in flat colour and ink outline. Faces of full figures are small at 128 px
and may be uneven; small marks and held things are often missing or vague; more than two
characters were never trained. It cannot draw photographs, text, or anything else. It is a model to
learn characters on quickly and to test with, not a rival of the large ones.

## Going on

    python -m storybook.train base --minutes 60

continues from these weights (CPU, or `--device cuda`) and replaces them only if the held-out loss
is not worse.
"""


def base_card(curve: Curve, counts: dict[str, int], size: int) -> str:
    """The card of the base: data, hours, samples, loss curve, limits, licence, how to go on."""
    last = curve.last
    return _BASE.format(
        **{name: count / 1e6 for name, count in counts.items()},
        size=size / 1e6,
        samples=last.samples if last else 0,
        hours=(last.minutes if last else 0) / 60,
        loss=last.loss if last else "not measured",
        curve="\n".join(_thinned(curve)),
    )


def _thinned(curve: Curve, rows: int = 12) -> list[str]:
    points = curve.points
    step = max(1, len(points) // rows)
    chosen = points[::step]
    if points and chosen[-1] is not points[-1]:
        chosen = [*chosen, points[-1]]
    return [f"| {p.samples:,} | {p.minutes:.1f} | {p.loss:.4f} |" for p in chosen]


def totals_of(card: Path) -> Totals:
    """What went into a shipped tagger or encoder; nothing where there is no card."""
    if not card.exists():
        return Totals()
    figures = tomllib.loads(card.read_text(encoding="utf-8"))
    return Totals(figures["samples"], figures["minutes"])


def figures_toml(figures: Figures) -> str:
    """A card's figures as TOML: strings, numbers, true and false."""
    lines = []
    for name, value in figures.items():
        said = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
        lines.append(f"{name} = {said}")
    return "\n".join(lines) + "\n"


_TAGGER = """\
# castmates storybook tagger

Names what is in a picture of the storybook world; the interface of the WD taggers: ONNX, input
(n, 128, 128, 3) float BGR 0..255, output one probability for each line of `selected_tags.csv`
(names with underscores; every tag is of category 0, general; there are no ratings).

| | |
|---|---|
| data | renders of the storybook world, quiet and wide, degraded to resemble drawn pictures |
| training | {samples:,} samples, {minutes} active minutes on two CPU cores |
| macro-F1 | {macro_f1} on 2000 fresh renders (a quarter wide) at threshold {threshold} |
| micro-F1 | {micro_f1} |
| licence | Apache-2.0; may be used for what is sold |

The pictures are shifted, tinted, blurred, given noise, pressed as JPEG and sent through the base's
VAE with disturbed latents.

Limits: it knows the storybook world and nothing else; eye colours and marks of small figures are a
few pixels and are its weakest tags; of two characters it does not say who wears what.

Going on: `python -m storybook.train tagger --minutes 10`; the new weights are shipped only if
their macro-F1 is not lower.
"""

_ENCODER = """\
# castmates storybook encoder

Says who somebody is, as a direction: ONNX, input (n, 128, 128, 3) float BGR 0..255, output
(n, {width}) rows of length 1. The likeness of two pictures is the dot product of their rows.

| | |
|---|---|
| data | random characters, half with looks unknown to the base, six degraded pictures each |
| training | {samples:,} samples, {minutes} active minutes on two CPU cores; contrastive |
| same above a stranger | {same_above_stranger:.1%} of triples of characters never trained |
| the same within the development cast | {same_above_stranger_development_cast:.1%} |
| a border to start from | likeness {border}: between the same and the nearest strangers |
| licence | Apache-2.0; may be used for what is sold |

Pose, view, framing, hat, scene, light and style of a character's pictures differ, sometimes the
outfit.

Limits: one character in the picture; from behind, a face's marks cannot be seen; it knows the
storybook world and says little about photographs.

Going on: `python -m storybook.train encoder --minutes 10` (after the tagger, whose trunk it
borrows); the new weights are shipped only if they tell more pairs right.
"""


def tagger_card(figures: Figures) -> str:
    """The tagger's model card."""
    return _TAGGER.format(**figures)


def encoder_card(figures: Figures) -> str:
    """The encoder's model card."""
    return _ENCODER.format(**figures)
