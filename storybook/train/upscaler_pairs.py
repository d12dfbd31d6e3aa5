"""Pictures as the base draws them, and the crisp ones they stand for; knows no network to train.

A picture is drawn large; averaged small and sent through the base's VAE with slightly disturbed
latents it looks like one that the base drew, and how it should look enlarged is known exactly.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

import storybook.world as world
from castmates.backends.rrdb import RrdbSizes
from castmates.core.events import Began, Moved, Tell
from storybook.train import cast
from storybook.train.data import EYES, framed, picture_of, world_digest
from storybook.train.networks import autocast
from storybook.train.settings import Job, Machine, Rate
from storybook.train.ship import shipped_vae
from storybook.train.vae import to_pixels, to_tensor

Pixels = NDArray[np.uint8]
Eyes = NDArray[np.float32]
CHUNK = 32


@dataclass(frozen=True)
class UpscalerSettings:
    """The network and its pairs of pictures.

    Attributes:
        count, check: pictures for training, and held out; each `side` px large.
        crop: side of a training sample, in pixels of the small picture.
        through_vae, plain: which part of the small pictures goes through the VAE, and which stays
            as it is; the rest is softened and given noise.
        disturbed: deviation of the noise on the unit latents, at most.
    """

    sizes: RrdbSizes = field(default=RrdbSizes(features=32, growth=16, blocks=3))
    count: int = 1500
    check: int = 64
    side: int = 512
    crop: int = 32
    batch: int = 8
    through_vae: float = 0.75
    plain: float = 0.08
    disturbed: float = 0.25
    rate: Rate = field(default=Rate(peak=1e-3, warmup=60, falling=0.8))


@dataclass(frozen=True)
class Pairs:
    """Small pictures (n, s, s, 3), the large ones they stand for, and eyes as x, y, radius."""

    small: Pixels
    large: Pixels
    eyes: Eyes


def spec_of(seed: int) -> Any:
    """One to four characters of the quiet or the wide world, a third with looks beyond both."""
    rng = random.Random(seed)
    chance = rng.random()
    if chance < 0.65:
        return framed(seed, "quiet" if chance < 0.4 else "wide")
    count = rng.choice((1, 1, 2, 3, 4))
    if count == 1:
        return cast.view(cast.character(seed), seed * 50)
    people = tuple(cast.character(seed * 8 + i) for i in range(count))
    return world.sample(seed, rng.choice((world.QUIET, world.WIDE)), people)


def pairs_of(first: int, count: int, settings: UpscalerSettings, job: Job, tell: Tell) -> Pairs:
    """Draw and soil what is still missing, and open it; a killed drawing goes on where it was."""
    vae, side, small = shipped_vae(job), settings.side, settings.side // settings.sizes.factor
    name = f"upscaler-{first}-{count}x{side}-{world_digest()}-{_mark(settings, vae)}"
    folder = job.work / "pictures" / name
    marker = folder / "done.txt"
    shapes = {"small": (small, small, 3), "large": (side, side, 3), "eyes": (EYES, 3)}
    if not marker.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for part, shape in shapes.items():
            path, kind = folder / f"{part}.npy", np.float32 if part == "eyes" else np.uint8
            np.lib.format.open_memmap(path, "w+", dtype=kind, shape=(count, *shape)).flush()
        marker.write_text("0")
    arrays = {part: np.load(folder / f"{part}.npy", mmap_mode="r+") for part in shapes}
    done = int(marker.read_text() or 0)
    if done < count:
        tell(Began(what="render", total=count, unit="pairs"))
    for begin in range(done, count, CHUNK):
        end = min(count, begin + CHUNK)
        drawn = [picture_of(spec_of(first + i), side) for i in range(begin, end)]
        images = np.stack([image for image, _ in drawn])
        arrays["large"][begin:end] = images
        arrays["eyes"][begin:end] = np.stack([eyes for _, eyes in drawn])
        arrays["small"][begin:end] = soiled(images, vae, settings, job.machine, first + begin)
        for array in arrays.values():
            array.flush()
        marker.write_text(str(end))
        tell(Moved(what="render", done=end))
    return Pairs(**arrays)


def _mark(settings: UpscalerSettings, vae: Any | None) -> str:
    """Eight letters that change with how pictures are soiled."""
    how = (settings.sizes.factor, settings.through_vae, settings.plain, settings.disturbed)
    digest = hashlib.sha256(repr(how).encode())
    for value in vae.state_dict().values() if vae is not None else ():
        digest.update(value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:8]


@torch.no_grad()
def soiled(
    images: Pixels, vae: Any | None, settings: UpscalerSettings, machine: Machine, seed: int
) -> Pixels:
    """(n, side, side, 3) crisp -> (n, side / factor, …, 3) as the base would have drawn them.

    Without a VAE, what would go through it is softened and given noise instead.
    """
    noise = torch.Generator().manual_seed(seed)
    small = functional.avg_pool2d(to_tensor(images), settings.sizes.factor)
    chance = torch.rand(len(small), generator=noise)
    through = (chance < settings.through_vae) & (vae is not None)
    soft = ~through & (chance < 1 - settings.plain)
    if bool(through.any()):
        small[through] = _through(small[through], vae, settings.disturbed, machine, noise)
    if bool(soft.any()):
        small[soft] = _softened(small[soft], noise)
    return to_pixels(small)


def _through(
    small: Tensor, vae: Any, disturbed: float, machine: Machine, noise: torch.Generator
) -> Tensor:
    with autocast(machine):
        sent = small.to(machine.device).contiguous(memory_format=torch.channels_last)
        code = vae.encode(sent).latent_dist.mean.float()
        strength = disturbed * torch.rand(len(code), 1, 1, 1, generator=noise)
        chance = strength * torch.randn(code.shape, generator=noise)
        decoded: Tensor = vae.decode(code + chance.to(machine.device)).sample
    return decoded.float().cpu()


def _softened(small: Tensor, noise: torch.Generator) -> Tensor:
    """Smaller and back again, by one scale for all; noise of a strength for each."""
    side = small.shape[-1]
    less = int(side * (0.5 + 0.45 * float(torch.rand((), generator=noise))))
    soft = functional.interpolate(small, size=(less, less), mode="bilinear", antialias=True)
    soft = functional.interpolate(soft, size=(side, side), mode="bilinear")
    strength = 0.06 * torch.rand(len(small), 1, 1, 1, generator=noise)
    return soft + strength * torch.randn(small.shape, generator=noise)
