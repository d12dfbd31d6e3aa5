"""Trains the small upscaler: pictures as the base draws them in, crisp ones out; draws nothing.

The network is ESRGAN's (Wang et al. 2018, 1809.00219), without its adversary: the loss is that of
Charbonnier et al. (1994), with gradients and opponent colours beside it. It is shipped as a plain
ESRGAN file in float16, which other programs load too.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import safetensors.torch as safe
import torch
from torch import Tensor
from torch.nn import functional

from castmates.backends.esrgan_upscaler import FILE, FOLDER, EsrganUpscaler
from castmates.backends.rrdb import RrdbNet
from castmates.backends.rrdb_file import read_rrdb
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned
from storybook.train.cards import Figures, totals_of
from storybook.train.loop import Loop
from storybook.train.losses import gradients, opponent
from storybook.train.networks import autocast
from storybook.train.settings import Job
from storybook.train.sheet import save_sheet
from storybook.train.upscaler_card import cut, faces, fidelity_of, lanczos, write_cards
from storybook.train.upscaler_pairs import Pairs, UpscalerSettings, pairs_of
from storybook.train.vae import to_tensor

TRAINED, CHECKED = 90_000_000, 95_000_000


@torch.no_grad()
def begin_as_nearest(network: RrdbNet) -> None:
    """Give a new network weights with which it repeats each pixel: a start that learns quickly.

    Colours pass through the first channels; the blocks behind them begin at nothing and grow.
    """
    channels = network.sizes.outputs
    for name, value in network.named_parameters():
        if name.startswith("conv_body.") or name == "conv_last.weight":
            value.zero_()
        if not name.startswith(("body.", "conv_body.")):
            value[:channels] = 0
            if value.ndim == 4:
                value[range(channels), range(channels), 1, 1] = 1


def loss_of(made: Tensor, drawn: Tensor) -> Tensor:
    """Charbonnier + gradient L1 + opponent colour, plain and coarse; (n, 3, h, w) in 0..1 each."""
    difference = made - drawn
    loss = (difference**2 + 1e-6).sqrt().mean()
    for a, b in zip(gradients(made), gradients(drawn), strict=True):
        loss = loss + 0.5 * (a - b).abs().mean()
    loss = loss + 0.3 * opponent(difference).abs().mean()
    return loss + 0.3 * opponent(functional.avg_pool2d(difference, 8)).abs().mean()


def train_upscaler(job: Job, settings: UpscalerSettings, tell: Tell) -> bool:
    """Train until the budget ends and ship if not worse; says whether it was shipped."""
    torch.manual_seed(job.seed)
    pairs = pairs_of(TRAINED, settings.count, settings, job, tell)
    network = _beginning(settings, job).train()
    network.to(job.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    path = job.work / "upscaler.ckpt"
    loop = Loop(path, {"network": network}, job.budget, settings.rate, job.seed, ema=0.99)
    if not job.from_scratch:
        loop.totals = totals_of(job.embedded / FOLDER / "card.toml")
    loop.resume()
    tell(Began(what="upscaler", unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        small, large = (t.to(job.machine.device) for t in _batch(pairs, settings, loop.rng))
        with autocast(job.machine):
            made = network(small)
        loop.learn(loss_of(made.float(), large), len(small))
        if loop.step % 25 == 0:
            note = f"loss {loop.loss:.4f}, {loop.clock.minutes:.1f} min"
            tell(Moved(what="upscaler", done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    loop.swap()
    return _promote(network, loop, job, settings, tell)


def _beginning(settings: UpscalerSettings, job: Job) -> RrdbNet:
    """The shipped network, if there is one of these sizes; else one that repeats pixels."""
    shipped = job.embedded / FOLDER / FILE
    if shipped.exists() and not job.from_scratch:
        network = read_rrdb(shipped)
        if network.sizes == settings.sizes:
            return network.requires_grad_(True)
    network = RrdbNet(settings.sizes)
    begin_as_nearest(network)
    return network


def _batch(pairs: Pairs, settings: UpscalerSettings, rng: random.Random) -> tuple[Tensor, Tensor]:
    """Crops in 0..1, half of them around an eye, half of them mirrored."""
    crop, factor = settings.crop, settings.sizes.factor
    small, large = [], []
    for _ in range(settings.batch):
        index = rng.randrange(len(pairs.small))
        space = pairs.small.shape[1] - crop
        row, column = rng.randint(0, space), rng.randint(0, space)
        eyes = pairs.eyes[index]
        eyes = eyes[eyes[:, 2] > 0]
        if len(eyes) and rng.random() < 0.5:
            x, y, _ = eyes[rng.randrange(len(eyes))] * pairs.small.shape[1]
            row, column = (min(max(0, int(v) - crop // 2), space) for v in (y, x))
        turned = -1 if rng.random() < 0.5 else 1
        small.append(cut(pairs.small[index], row, column, crop)[:, ::turned])
        many = (row * factor, column * factor, crop * factor)
        large.append(cut(pairs.large[index], *many)[:, ::turned])
    return to_tensor(np.stack(small)) / 2 + 0.5, to_tensor(np.stack(large)) / 2 + 0.5


def _promote(
    network: RrdbNet, loop: Loop, job: Job, settings: UpscalerSettings, tell: Tell
) -> bool:
    folder, file = job.embedded / FOLDER, job.work / FOLDER / FILE
    _write(network, file)
    pairs = pairs_of(CHECKED, settings.check, settings, job, tell)
    ours = EsrganUpscaler(file, job.machine.device)
    after = fidelity_of(map(ours.upscale, pairs.small), pairs.large)
    plain = fidelity_of((lanczos(one, ours.factor) for one in pairs.small), pairs.large)
    for whose, one in (("", after), (" of Lanczos", plain)):
        tell(Measured(name=f"PSNR{whose}, dB", value=one.psnr))
        tell(Measured(name=f"PSNR{whose} at edges, dB", value=one.edge_psnr))
    if (folder / FILE).exists():
        shipped = EsrganUpscaler(folder / FILE, job.machine.device)
        before = fidelity_of(map(shipped.upscale, pairs.small), pairs.large)
        tell(Measured(name="PSNR of the shipped upscaler, dB", value=before.psnr))
        if after.psnr < before.psnr:
            tell(Warned(what="not better than the shipped upscaler: not shipped"))
            return False
    folder.mkdir(parents=True, exist_ok=True)
    save_sheet(faces(pairs, ours), folder / "sheet.png")
    file.replace(folder / FILE)
    made_of: Figures = {
        "factor": network.sizes.factor,
        "parameters": sum(p.numel() for p in network.parameters()),
    }
    write_cards(folder, (after, plain), made_of, loop.totals)
    tell(Made(what="upscaler", path=str(folder)))
    return True


def _write(network: RrdbNet, path: Path) -> None:
    """A plain ESRGAN file in float16."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {
        name: v.detach().cpu().half().contiguous() for name, v in network.state_dict().items()
    }
    safe.save_file(halves, path, metadata={"format": "pt", "licence": "Apache-2.0"})
