"""The door of the oracle: reads the command line, prints events and figures; trains nothing itself.

python -m storybook.oracle train where --minutes 20 --work .storybook
python -m storybook.oracle train reader --minutes 25 --work .storybook
python -m storybook.oracle measure --pictures 500
python -m storybook.oracle sheet OUT --count 24
python -m storybook.oracle labels
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

from castmates.core.errors import CastmatesError
from castmates.files.writing import write_text
from storybook.oracle import drawing, figures
from storybook.oracle.data import render
from storybook.oracle.labelling import NAME, error_lines, skeleton
from storybook.oracle.reading import Oracle
from storybook.oracle.settings import LABELS, READER, WEIGHTS, WHERE
from storybook.oracle.sheets import SUFFIXES, pictures_in, write_sheets
from storybook.oracle.training import train
from storybook.train.__main__ import has_bfloat16, show
from storybook.train.loop import STOP
from storybook.train.settings import EMBEDDED, Budget, Job, Machine


def command_line() -> argparse.ArgumentParser:
    """The verbs and their options."""
    parser = argparse.ArgumentParser(prog="python -m storybook.oracle", description=__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="torch threads")
    verbs = parser.add_subparsers(dest="verb", required=True)
    learn = verbs.add_parser("train", help="train one of the two networks")
    learn.add_argument("network", choices=("where", "reader"))
    learn.add_argument("--minutes", type=float, default=25.0, help="active minutes to train")
    learn.add_argument("--steps", type=int, help="train exactly this many steps instead")
    learn.add_argument("--pictures", type=int, help="rendered to learn from")
    learn.add_argument("--from-scratch", action="store_true", help="not from the weights there")
    learn.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1")
    learn.add_argument("--seed", type=int, default=0)
    learn.add_argument("--embedded", type=Path, default=EMBEDDED, help="where the base lies")
    look = verbs.add_parser("measure", help="print how often the oracle is right")
    look.add_argument("--pictures", type=int, default=500, help="of each set")
    sheet = verbs.add_parser("sheet", help="lay pictures out for a person to label")
    sheet.add_argument("out", type=Path)
    sheet.add_argument("--folder", type=Path, help="of pictures; else the base draws them")
    sheet.add_argument("--prompts", type=Path, help="a file, one a line; else the quiet world's")
    sheet.add_argument("--count", type=int, default=24, help="pictures to draw without --prompts")
    sheet.add_argument("--seed", type=int, default=0, help="of the first picture")
    sheet.add_argument("--first", type=int, default=1, help="its number")
    sheet.add_argument("--suffix", choices=SUFFIXES, default=".png")
    labels = verbs.add_parser("labels", help="print the oracle's error against labelled pictures")
    labels.add_argument("--folder", type=Path, default=LABELS)
    for verb in (learn, look):
        verb.add_argument("--work", type=Path, default=Path(".storybook"), help="working folder")
    for verb in (learn, look, labels):
        verb.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the weights")
    return parser


def _train(options: argparse.Namespace) -> None:
    settings = READER if options.network == "reader" else WHERE
    settings = replace(settings, weights=options.weights)
    if options.pictures is not None:
        settings = replace(settings, plan=replace(settings.plan, count=options.pictures))
    job = Job(
        work=options.work,
        embedded=options.embedded,
        budget=Budget(options.minutes, options.steps),
        machine=Machine(
            device=options.device,
            threads=options.threads,
            processes=os.cpu_count() or 1,
            low=has_bfloat16(options.device),
        ),
        from_scratch=options.from_scratch,
        seed=options.seed,
    )
    train(options.network, job, settings, show)


def _measure(options: argparse.Namespace) -> None:
    oracle = Oracle.open(options.weights)
    for plan in figures.SETS:
        some = replace(plan, count=options.pictures)
        drawn = render(some, options.work, os.cpu_count() or 1, show)
        for line in figures.told({plan.which: figures.measure(oracle, drawn)}):
            print(line, flush=True)
    for line in error_lines(oracle):
        print(line)


def _sheet(options: argparse.Namespace) -> None:
    notes = ""
    if options.folder:
        pictures = pictures_in(options.folder)
    else:
        prompts = options.prompts and drawing.prompts_in(options.prompts)
        prompts = prompts or drawing.captions(options.count)
        pictures = drawing.drawn(prompts, options.seed)
        numbered = enumerate(prompts, options.first)
        notes = "".join(f"{i}: {words}\n" for i, words in numbered)
    sheets = list(write_sheets(pictures, options.out, options.first, options.suffix))
    for path, numbers in sheets:
        print(f"   made sheet: {path} ({numbers[0]} to {numbers[-1]})")
    if notes:
        write_text(options.out / f"prompts-{options.first:03d}.txt", notes)
    if not (options.out / NAME).exists():
        write_text(options.out / NAME, skeleton(sheets))


def _labels(options: argparse.Namespace) -> None:
    for line in error_lines(Oracle.open(options.weights), options.folder):
        print(line)


_VERBS: dict[str, Callable[[argparse.Namespace], None]] = {
    "train": _train,
    "measure": _measure,
    "sheet": _sheet,
    "labels": _labels,
}


def run() -> None:
    """Read the command line and do what it says."""
    options = command_line().parse_args()
    if options.verb == "train":
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: STOP.set())
    torch.set_num_threads(options.threads)
    try:
        _VERBS[options.verb](options)
    except CastmatesError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("   stopped; everything is saved, the same command continues", flush=True)
        sys.exit(130)


if __name__ == "__main__":
    run()
