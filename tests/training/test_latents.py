"""Latents and masks: by content, in every view, and of the right part of the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.core.errors import BadInput
from castmates.core.events import Event, Moved
from castmates.core.types import Size
from castmates.families.base import Base
from castmates.files import images
from castmates.training.cache import FILE, Cache
from castmates.training.data import Item
from castmates.training.latents import encode, encoded, latent_name, masks
from castmates.training.tints import Tint
from castmates.training.views import View

PLAIN = View((64, 64))


def made(told: list[Event]) -> int:
    return sum(isinstance(event, Moved) for event in told)


def test_a_picture_is_encoded_once_for_every_view_and_only_what_changed_again(
    base: Base, items: list[Item], tmp_path: Path
) -> None:
    views = (PLAIN, PLAIN.flipped(), View((48, 64), (64, 64), (8, 0)))
    told: list[Event] = []

    def run(some: list[Item]) -> dict[tuple[str, View], torch.Tensor]:
        told.clear()
        with Cache(tmp_path / FILE, told.append) as cache:
            return encoded(base, [(item, view) for item in some for view in views], cache)

    first = run(items)
    assert made(told) == 12
    assert first[items[0].digest, views[2]].shape == (4, 8, 6)
    again = run(items)
    assert told == []
    assert all(torch.equal(first[key], again[key]) for key in first)
    changed = np.array(images.read(items[0].path))
    changed[0, 0] = 7
    images.write_png(items[0].path, changed)
    swapped = Item.read(items[0].path, items[0].caption)
    second = run([swapped, *items[1:]])
    assert made(told) == 3
    assert not torch.equal(first[items[0].digest, PLAIN], second[swapped.digest, PLAIN])


def test_a_plain_latent_is_the_picture_covering_the_size(base: Base, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    pixels = chance.integers(0, 256, (50, 90, 3), dtype=np.uint8)
    images.write_png(tmp_path / "1.png", pixels)
    item = Item.read(tmp_path / "1.png", "pip")
    shown = images.resized(pixels, Size(width=64, height=64), fit="cover")
    assert torch.equal(encode(base, item, PLAIN), base.encode_pictures([shown])[0])
    mirrored = base.encode_pictures([np.ascontiguousarray(shown[:, ::-1])])[0]
    assert torch.equal(encode(base, item, PLAIN.flipped()), mirrored)
    tint = Tint(degrees=10)
    tinted = base.encode_pictures([tint.of(shown)])[0]
    assert torch.equal(encode(base, item, PLAIN, tint), tinted)


def test_names_differ_by_picture_base_and_view(base: Base, items: list[Item]) -> None:
    places = [PLAIN, PLAIN.flipped(), View((64, 32)), View((64, 64), (64, 70), (0, 3))]
    names = {latent_name(base, item, view) for item in items for view in places}
    assert len(names) == 16


def masked(folder: Path, mask: np.ndarray, name: str = "1") -> Item:
    folder.mkdir(exist_ok=True)
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    images.write_png(folder / f"{name}.png", pixels)
    images.write_mask(folder / f"{name}.mask.png", mask)
    return Item.read(folder / f"{name}.png", "pip", 1, folder / f"{name}.mask.png")


def test_a_mask_is_the_mean_over_each_latents_pixels(base: Base, tmp_path: Path) -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[:, :20] = 255
    item = masked(tmp_path, mask)
    shown = [(item, PLAIN), (item, PLAIN.flipped()), (item, View((32, 64), (64, 64), (8, 0)))]
    with Cache(tmp_path / FILE) as cache:
        found = masks(base, shown, cache, alpha=False)
    key = item.digest + item.mask_digest
    row = torch.tensor([1.0, 1.0, 0.5, 0, 0, 0, 0, 0])
    assert torch.equal(found[key, PLAIN], row.expand(1, 8, 8))
    assert torch.equal(found[key, PLAIN.flipped()], row.flip(0).expand(1, 8, 8))
    assert torch.equal(found[key, shown[2][1]], row[1:5].expand(1, 8, 4))


def test_a_changed_mask_is_another_mask(base: Base, tmp_path: Path) -> None:
    white = np.full((64, 64), 255, np.uint8)
    one, other = masked(tmp_path / "a", white), masked(tmp_path / "b", white // 3)
    assert one.digest == other.digest
    with Cache(tmp_path / FILE) as cache:
        found = masks(base, [(one, PLAIN), (other, PLAIN)], cache, alpha=False)
    means = [found[i.digest + i.mask_digest, PLAIN].mean().item() for i in (one, other)]
    assert means == pytest.approx([1.0, 1 / 3])


def test_a_pictures_own_opacity_counts_when_asked_for(base: Base, tmp_path: Path) -> None:
    from PIL import Image

    clear = np.zeros((64, 64, 4), np.uint8)
    clear[:32, :, 3] = 255
    Image.fromarray(clear).save(tmp_path / "1.png")
    item = Item.read(tmp_path / "1.png", "pip")
    with Cache(tmp_path / FILE) as cache:
        own = masks(base, [(item, PLAIN)], cache, alpha=True)[item.digest, PLAIN]
        without = masks(base, [(item, PLAIN)], cache, alpha=False)[item.digest, PLAIN]
    assert own[0, :4].eq(1).all()
    assert own[0, 4:].eq(0).all()
    assert without.eq(1).all()


def test_a_mask_of_another_size_is_refused(base: Base, tmp_path: Path) -> None:
    item = masked(tmp_path, np.zeros((32, 64), np.uint8))
    with Cache(tmp_path / FILE) as cache, pytest.raises(BadInput, match=r"64x32; its picture"):
        masks(base, [(item, PLAIN)], cache, alpha=False)
