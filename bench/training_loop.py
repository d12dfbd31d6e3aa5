"""A training step of ours against one of the diffusers LoRA example's loop, and against the floor.

    python bench/training_loop.py [--steps 30] [--rounds 3] [--rank 4] [--half]

Both loops train the same modules of the storybook U-Net (no text encoder) on the same
pictures, with latents and text cached beforehand. The loop of the example is accelerate, PEFT, a
DataLoader and torch's AdamW. The floor is forward and backward of the frozen base, its input's
gradient asked for: as torch computes it, and with its weights laid out once (`families.packing`).
Rounds alternate; a figure is the median step of the median round.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import torch
from accelerate import Accelerator
from diffusers import DDPMScheduler, UNet2DConditionModel
from peft import LoraConfig
from torch import Tensor
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader, TensorDataset

from castmates.core.events import Event, Moved
from castmates.core.types import Character
from castmates.core.units import steps
from castmates.families.attention import Attention
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.files import images
from castmates.files.studio import RunFolder
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe

RATE, PICTURES = 1e-4, Path("examples/pip")
LAYERS = ["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in", "proj_out"]
WARM = 3
"""First steps that are not counted."""


def items() -> list[Item]:
    return [
        Item.read(path, "pip, 1girl, solo, smile, full body, forest")
        for path in sorted(PICTURES.glob("*.png"))
    ]


def gaps(moments: list[float]) -> list[float]:
    return [b - a for a, b in zip(moments[WARM:], moments[WARM + 1 :], strict=False)]


def ours(base: Base, count: int, batch: int, rank: int, precision: str) -> list[float]:
    """Seconds of each step of `training.loop.train`, all that it tells and logs included."""
    recipe = Recipe.model_validate(
        {
            "rank": rank, "alpha": rank, "unet_rate": RATE, "text_rate": 0, "batch": batch,
            "length": steps(count), "save_every": steps(count), "schedule": "constant",
            "shuffle": False, "tag_dropout": 0, "caption_dropout": 0, "precision": precision,
            "weight_decay": 0.01, "betas": (0.9, 0.999),
        }
    )  # fmt: skip
    moments: list[float] = []

    def tell(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training":
            moments.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        train(base, items(), recipe, RunFolder(Path(folder)), Character(name="pip", trigger="pip"),
              tell)  # fmt: skip
    return gaps(moments)


class Example:
    """The loop of diffusers' train_text_to_image_lora.py, latents and text already encoded."""

    def __init__(self, base: Base, batch: int, rank: int, precision: str) -> None:
        mixed = {"fp32": "no"}.get(precision, precision)
        self.accelerator = Accelerator(cpu=True, mixed_precision=mixed)
        half = torch.bfloat16 if precision == "bf16" else torch.float32
        unet = UNet2DConditionModel.from_pretrained(base.path / "unet", torch_dtype=half)
        self.unet = unet.requires_grad_(False).train()
        config = LoraConfig(
            r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=LAYERS
        )
        self.unet.add_adapter(config)
        learned = [p for p in self.unet.parameters() if p.requires_grad]
        for parameter in learned:
            parameter.data = parameter.data.float()
        found = items()
        latents = base.encode_pictures([images.read(item.path) for item in found]).to(half)
        words = base.encode_text([item.caption for item in found]).detach().to(half)
        optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
        data = DataLoader(TensorDataset(latents, words), batch_size=batch, shuffle=True,
                          drop_last=True)  # fmt: skip
        self.unet, self.optimizer, self.data, self.schedule = self.accelerator.prepare(
            self.unet, optimizer, data, schedule
        )
        self.noising = DDPMScheduler(1000, prediction_type=base.facts.prediction)

    def __call__(self, count: int) -> list[float]:
        """Seconds of each step."""
        moments, shown = [time.perf_counter()], 0.0
        batches = self._batches()
        for _ in range(count):
            with self.accelerator.accumulate(self.unet):
                loss = self._loss(*next(batches))
                shown += self.accelerator.gather(loss.detach()).mean().item()
                self.accelerator.backward(loss)
                if self.accelerator.sync_gradients:
                    learned = (p for p in self.unet.parameters() if p.requires_grad)
                    self.accelerator.clip_grad_norm_(learned, 1.0)
                self.optimizer.step()
                self.schedule.step()
                self.optimizer.zero_grad()
            moments.append(time.perf_counter())
        return gaps(moments)

    def _loss(self, latents: Tensor, words: Tensor) -> Tensor:
        noise = torch.randn_like(latents)
        t = torch.randint(0, 1000, (len(latents),))
        said = self.unet(
            self.noising.add_noise(latents, noise, t), t, words, return_dict=False
        )[0]  # fmt: skip
        if self.noising.config.prediction_type == "v_prediction":
            noise = self.noising.get_velocity(latents, noise, t)
        return mse_loss(said.float(), noise.float(), reduction="mean")

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield from self.data


def bare(base: Base) -> UNet2DConditionModel:
    """The frozen base as torch computes it: nothing is laid out before."""
    unet = UNet2DConditionModel.from_pretrained(base.path / "unet")
    unet.set_attn_processor(Attention())
    return unet.requires_grad_(False).eval().to(memory_format=torch.channels_last)


def floor(base: Base, unet: UNet2DConditionModel, count: int, batch: int) -> list[float]:
    """Seconds of forward and backward of a frozen network alone."""
    chance = torch.Generator().manual_seed(0)
    side, channels = base.facts.native_size // 8, base.unet.config.in_channels
    words = base.encode_text(["pip, 1girl, solo, smile"] * batch).detach()
    moments = []
    for _ in range(count):
        moments.append(time.perf_counter())
        x = torch.randn(batch, channels, side, side, generator=chance, requires_grad=True)
        t = torch.randint(0, 1000, (batch,), generator=chance)
        unet(x, t, words, return_dict=False)[0].square().mean().backward()
    return gaps(moments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rank", type=int, default=4, help="4 is the example's own")
    parser.add_argument("--half", action="store_true", help="bf16")
    asked = parser.parse_args()
    precision = "bf16" if asked.half else "fp32"
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for batch in (1, 4):
        base = open_base("storybook")
        example = Example(base, batch, asked.rank, precision)
        kinds: dict[str, Callable[[], list[float]]] = {
            "ours": lambda base=base, batch=batch: ours(
                base, asked.steps, batch, asked.rank, precision
            ),
            "example": lambda example=example: example(asked.steps),
        }
        if precision == "fp32":
            for name, unet in (("floor", bare(base)), ("packed floor", base.unet)):
                kinds[name] = lambda base=base, unet=unet, batch=batch: floor(
                    base, unet, asked.steps, batch
                )
        rounds: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(asked.rounds):
            for name, work in kinds.items():
                rounds[name].append(median(work()))
        step = {name: median(found) for name, found in rounds.items()}
        said = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in step.items())
        against = [f"{step['example'] / step['ours']:.2f} x the example's loop"]
        for name in ("floor", "packed floor"):
            if name in step:
                against.append(f"{step['ours'] / step[name]:.2f} x the {name}")
        head = f"batch {batch}, rank {asked.rank}, {precision}"
        print(f"{head}: {said}: {', '.join(against)}", flush=True)


if __name__ == "__main__":
    main()
