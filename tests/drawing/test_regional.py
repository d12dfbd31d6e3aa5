"""Regions in drawn pictures: full masks are the plain adapter, empty ones the base, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from castmates.core.errors import BadInput, Missing
from castmates.core.types import AdapterUse, Shot, Size
from castmates.drawing.infotext import OURS, adapters_of, png_texts, shot_of
from castmates.drawing.painter import Painter
from castmates.drawing.places import boxed, masks_of
from castmates.drawing.shots import ExtendedShot, Region, Regions, settled
from castmates.drawing.sources import Sources, digest_of
from castmates.families.base import Base

SIZE = Size(width=64, height=64)
PIP, MOSS = AdapterUse(name="pip", strength=0.7), AdapterUse(name="moss", strength=0.5)
LEFT, RIGHT, ALL = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0)


def region(words: str = "a fox", use: AdapterUse | None = PIP, box: Any = ALL) -> Region:
    return Region(words=words, adapters=() if use is None else (use,), box=box)


def scene(*regions: Region, words: str = "two", seed: int = 1, **said: Any) -> ExtendedShot:
    exact = {"base_share": 0.0, "feather": 0.0}
    places = Regions(regions=regions, **{**exact, **said})
    return ExtendedShot(words=words, seed=seed, size=SIZE, steps=3, guidance=3.0, places=places)


def drawn(base: Base, *shots: Shot, sources: Sources | None = None) -> list[np.ndarray]:
    painter = Painter(base, precise=True, sources=sources)
    found = sorted(painter.draw(shots), key=lambda one: one.index)
    return [one.pixels.astype(int) for one in found]


def apart(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one - other).max())


@pytest.mark.parametrize("blending", ["attention", "noise"])
def test_one_full_region_is_the_plain_adapter(base: Base, blending: str) -> None:
    plain = Shot(words="a fox", seed=1, size=SIZE, steps=3, guidance=3.0, adapters=(PIP,))
    one, other = drawn(base, scene(region(), blending=blending), plain)
    assert apart(one, other) <= 1


@pytest.mark.parametrize("blending", ["attention", "noise"])
def test_an_empty_region_is_the_base(base: Base, blending: str) -> None:
    """A box between two latents' pixels covers next to nothing; one outside covers nothing."""
    nothing = np.zeros((64, 64), bool)
    nothing[0, 0] = True
    held = Sources(masks={digest_of(nothing): nothing})
    tiny = Region(words="a fox", mask=digest_of(nothing))
    plain = Shot(words="two", seed=1, size=SIZE, steps=3, guidance=3.0)
    one, other = drawn(base, scene(tiny, blending=blending), plain, sources=held)
    assert apart(one[:, 32:], other[:, 32:]) <= 3


def test_a_region_behind_a_full_one_does_not_act(base: Base) -> None:
    front = region().model_copy(update={"layer": 1})
    hidden = region("a girl", MOSS)
    one, other = drawn(base, scene(front, hidden), scene(front))
    assert apart(one, other) <= 1


def test_halves_are_drawn_by_their_own_adapters(base: Base) -> None:
    """Convolutions and norms let something through; nearer to their own than to the other's."""
    both = scene(region("a fox", PIP, LEFT), region("a girl", MOSS, RIGHT), isolated=1.0)
    mixed, fox, girl = drawn(base, both, scene(region()), scene(region("a girl", MOSS)))
    left, right = slice(0, 24), slice(40, 64)
    for side, own, other in ((left, fox, girl), (right, girl, fox)):
        near = np.abs(mixed[:, side] - own[:, side]).mean()
        far = np.abs(mixed[:, side] - other[:, side]).mean()
        assert near < far


@pytest.mark.parametrize("blending", ["attention", "noise"])
def test_a_scene_is_the_same_alone_and_among_others(base: Base, blending: str) -> None:
    both = scene(region("a fox", PIP, LEFT), region("a girl", MOSS, RIGHT), blending=blending)
    plain = Shot(words="x", seed=3, size=SIZE, steps=3, guidance=3.0, adapters=(MOSS,))
    longer = scene(region("a fox", PIP, LEFT), words="two " * 90, seed=2, isolated=0.0)
    together = drawn(base, both, plain, longer, scene(region()))
    alone = [drawn(base, one)[0] for one in (both, plain, longer, scene(region()))]
    assert all(apart(a, b) <= 1 for a, b in zip(together, alone, strict=True))


def test_regions_begin_when_they_are_told_to(base: Base) -> None:
    plain = Shot(words="two", seed=1, size=SIZE, steps=3, guidance=3.0)
    late, early, without = drawn(base, scene(region(), begins=1.0), scene(region()), plain)
    assert apart(late, without) <= 1
    assert apart(early, without) > 8


def test_the_whole_pictures_adapters_act_in_regions_too(base: Base) -> None:
    style = scene(region("a fox", PIP)).model_copy(update={"adapters": (MOSS,)})
    plain = Shot(words="a fox", seed=1, size=SIZE, steps=3, guidance=3.0, adapters=(PIP, MOSS))
    one, other = drawn(base, style, plain)
    assert apart(one, other) <= 1


def test_tags_in_a_regions_words_act_in_it_alone(base: Base) -> None:
    tagged = region("a fox <lora:pip:0.7>", None).model_copy()
    shot = scene(tagged).model_copy(update={"reading": "prompt"})
    [one, other] = drawn(base, shot, scene(region()))
    assert adapters_of(shot) == ["pip"]
    assert apart(one, other) <= 1


def test_masks_follow_boxes_layers_and_feathers() -> None:
    assert float(boxed((0.0, 0.0, 0.25, 1.0), SIZE).mean()) == 0.25
    soft = Regions(regions=(region(), region(box=LEFT)), feather=0.1)
    masks = masks_of(soft, SIZE, {})
    assert masks.sum(0).max() <= 1.0 + 1e-6
    full = masks_of(Regions(regions=(region(),), feather=0.2), SIZE, {})
    assert (full == 1.0).all()
    front = region(box=LEFT).model_copy(update={"layer": 1})
    behind, seen = masks_of(Regions(regions=(region(), front), feather=0.0), SIZE, {})
    assert (behind[:, :32] == 0.0).all()
    assert (seen[:, :32] == 1.0).all()
    assert (behind[:, 32:] == 1.0).all()
    edge = masks_of(Regions(regions=(region(box=LEFT),), feather=0.1), SIZE, {})[0, 32]
    assert 0.0 < edge[34] < edge[31] < 1.0


def test_what_cannot_be_drawn_is_told_before(base: Base) -> None:
    outside = region(box=(0.5, 0.0, 1.2, 1.0))
    with pytest.raises(BadInput, match=r"Region 1 is the box \(0.5, 0.0, 1.2, 1.0\)"):
        drawn(base, scene(outside))
    with pytest.raises(Missing, match="mask of region 1"):
        drawn(base, scene(Region(words="a", mask="gone")))
    joined = scene(region("a fox AND a cat")).model_copy(update={"reading": "prompt"})
    with pytest.raises(BadInput, match="joined by AND"):
        drawn(base, joined)
    stranger = scene(region(use=AdapterUse(name="nobody")))
    with pytest.raises(Missing, match="No adapter 'nobody'"):
        drawn(base, stranger)


def test_a_scene_comes_back_from_its_picture(base: Base) -> None:
    shot = scene(region("a fox", PIP, LEFT), region("a girl", MOSS, RIGHT))
    [one] = Painter(base, precise=True).draw([shot])
    texts = png_texts(one)
    assert shot_of({OURS: texts[OURS]}) == one.shot
    assert adapters_of(shot) == ["pip", "moss"]
    assert settled(shot) == shot
    plain = ExtendedShot(words="x")
    assert type(settled(plain)) is Shot
    assert torch.isfinite(torch.tensor(one.pixels).float()).all()
