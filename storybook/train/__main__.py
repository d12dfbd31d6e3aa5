"""The door of the factory: reads the command line, prints events; trains nothing itself.

python -m storybook.train base --minutes 60
python -m storybook.train base --only vae --minutes 20 --from-scratch
python -m storybook.train tagger --minutes 10
python -m storybook.train encoder --minutes 10
python -m storybook.train finder --minutes 15
python -m storybook.train upscaler --minutes 20
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from castmates.core.events import Began, Event, Made, Measured, Moved
from storybook.train.base import GROWN_FIRST, STAGES, BaseSettings, train_base
from storybook.train.encoder import train_encoder
from storybook.train.finder import FinderSettings, train_finder
from storybook.train.loop import STOP
from storybook.train.settings import (
    EMBEDDED,
    Budget,
    EncoderSettings,
    Job,
    Machine,
    Pictures,
    TaggerSettings,
)
from storybook.train.tagger import train_tagger
from storybook.train.upscaler import train_upscaler
from storybook.train.upscaler_pairs import UpscalerSettings


def show(event: Event) -> None:
    """One line of the terminal for one event."""
    if isinstance(event, Began):
        size = f" {event.total:,} {event.unit}" if event.total else ""
        print(f"-- {event.what}{size}", flush=True)
    elif isinstance(event, Moved):
        print(f"   {event.what} {event.done:,} {event.note}", flush=True)
    elif isinstance(event, Made):
        print(f"   made {event.what}: {event.path}", flush=True)
    elif isinstance(event, Measured):
        at = f" at {event.at:,}" if event.at is not None else ""
        print(f"   {event.name}: {event.value:.5g}{at}", flush=True)
    else:
        print(f"   note: {event.what}. {event.fix}", flush=True)


JUDGES: dict[str, Callable[[Job], bool]] = {
    "tagger": lambda job: train_tagger(job, TaggerSettings(), show),
    "encoder": lambda job: train_encoder(job, EncoderSettings(), show),
    "finder": lambda job: train_finder(job, FinderSettings(), show),
    "upscaler": lambda job: train_upscaler(job, UpscalerSettings(), show),
}


def command_line() -> argparse.ArgumentParser:
    """The options; every one has a default that works on a laptop."""
    parser = argparse.ArgumentParser(prog="python -m storybook.train", description=__doc__)
    parser.add_argument("model", choices=["base", *JUDGES])
    parser.add_argument("--minutes", type=float, default=60.0, help="active minutes to train")
    parser.add_argument("--steps", type=int, help="train exactly this many steps instead")
    parser.add_argument("--hold", action="store_true", help="keep the rate for a next stretch")
    parser.add_argument("--only", choices=STAGES, help="one stage of the base")
    parser.add_argument("--from-scratch", action="store_true", help="not from the shipped weights")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="torch threads")
    parser.add_argument("--work", type=Path, default=Path(".storybook"), help="working folder")
    parser.add_argument("--out", type=Path, default=EMBEDDED, help="where weights are shipped")
    parser.add_argument("--pictures", type=int, default=24_000, help="rendered for the U-Net")
    parser.add_argument("--grown", type=int, default=0, help="and of the grown world")
    parser.add_argument("--rate", type=float, help="peak learning rate of the U-Net")
    parser.add_argument("--compile", action="store_true", help="compile the U-Net (needs g++)")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def has_bfloat16(device: str) -> bool:
    """Whether bfloat16 is worth using: CUDA, or a CPU that multiplies it in hardware."""
    if device != "cpu":
        return True
    flags = Path("/proc/cpuinfo")
    text = flags.read_text() if flags.exists() else ""
    return "avx512_bf16" in text or "amx_bf16" in text


def base_settings(rate: float | None) -> BaseSettings:
    """The settings of the base, with another peak rate of the U-Net if one is asked for."""
    settings = BaseSettings()
    if rate is None:
        return settings
    unet = replace(settings.unet, rate=replace(settings.unet.rate, peak=rate), warm_peak=rate)
    return replace(settings, unet=unet)


def run() -> None:
    """Read the command line and train."""
    options = command_line().parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: STOP.set())
    torch.set_num_threads(options.threads)
    job = Job(
        work=options.work,
        embedded=options.out,
        budget=Budget(options.minutes, options.steps, options.hold),
        machine=Machine(
            device=options.device,
            threads=options.threads,
            processes=os.cpu_count() or 1,
            low=has_bfloat16(options.device),
            compiled=options.compile,
        ),
        from_scratch=options.from_scratch,
        seed=options.seed,
        pictures=Pictures(count=options.pictures),
        grown=Pictures(options.grown, GROWN_FIRST, widths="grown") if options.grown else None,
    )
    try:
        if options.model == "base":
            train_base(job, base_settings(options.rate), show, options.only)
        else:
            JUDGES[options.model](job)
    except KeyboardInterrupt:
        print("   stopped; everything is saved, the same command continues", flush=True)
        sys.exit(130)


if __name__ == "__main__":
    run()
