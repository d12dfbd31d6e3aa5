"""What files a run leaves are called, when they are written and which are removed; writes none.

The names are kohya's: an epoch or step number behind the name, and the plain name at the end, so
that people and their scripts find what they expect.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from castmates.core.errors import BadInput
from castmates.files.runs import AVERAGE

DEFAULT_NAMES = {"epoch": "epoch", "step": "at", "last": "last"}
"""What sd-scripts calls files when no name is given."""


@dataclass(frozen=True)
class Save:
    """A checkpoint: after which step (from 1), in which epoch (from 1), under which file name."""

    step: int
    epoch: int
    file: str


def epoch_name(name: str, epoch: int, ending: str = ".safetensors") -> str:
    """`pip-000006.safetensors`, the epoch counted from 1."""
    return f"{name or DEFAULT_NAMES['epoch']}-{epoch:06d}{ending}"


def step_name(name: str, step: int, ending: str = ".safetensors") -> str:
    """`pip-step00000500.safetensors`, the step counted from 1."""
    return f"{name or DEFAULT_NAMES['step']}-step{step:08d}{ending}"


def last_name(name: str, ending: str = ".safetensors") -> str:
    """`pip.safetensors`: the end of the run has no number."""
    return f"{name or DEFAULT_NAMES['last']}{ending}"


def average_name(name: str, ending: str = ".safetensors") -> str:
    """`pip-ema.safetensors`: the running average of the factors at the end of the run."""
    return f"{name or DEFAULT_NAMES['last']}{AVERAGE}{ending}"


def sample_name(name: str, index: int, when: str, *, seed: int | None = None, **at: int) -> str:
    """`pip_e000001_00_20261120112059_7.png`: a sample drawn while training.

    Args:
        index: of the prompt in its file, from 0.
        when: local time, YYYYMMDDhhmmss.
        seed: left out when it was random.
        at: `epoch=` or `step=`, from 1.
    """
    if len(at) != 1 or not at.keys() <= {"epoch", "step"}:
        raise TypeError("a sample is drawn at one epoch= or at one step=")
    number = f"e{at['epoch']:06d}" if "epoch" in at else f"{at['step']:06d}"
    front = f"{name}_" if name else ""
    end = "" if seed is None else f"_{seed}"
    return f"{front}{number}_{index:02d}_{when}{end}.png"


def saves(
    name: str,
    steps: int,
    steps_per_epoch: int,
    every_epochs: int | None = None,
    every_steps: int | None = None,
) -> tuple[Save, ...]:
    """Every checkpoint of a run, in the order of writing.

    As kohya writes them: the last epoch has no number, so 8 epochs give 1 … 7 and the plain name;
    by steps, a checkpoint that falls on the last step is written besides the plain one.

    Args:
        steps: updates in all.
        every_epochs, every_steps: None: not by epochs, not by steps; both may be given.

    Raises:
        BadInput: an interval below 1.
    """
    for every in (every_epochs, every_steps):
        if every is not None and every < 1:
            raise BadInput(f"Checkpoints every {every} cannot be; wanted 1 or more.")
    epochs = -(-steps // steps_per_epoch)
    found = []
    for step in range(every_steps or 0, steps + 1, every_steps or steps + 1):
        if every_steps:
            found.append(Save(step, -(-step // steps_per_epoch), step_name(name, step)))
    for epoch in range(every_epochs or epochs, epochs, every_epochs or 1):
        found.append(Save(epoch * steps_per_epoch, epoch, epoch_name(name, epoch)))
    # At the same step kohya writes the step's file before the epoch's.
    found.sort(key=lambda save: save.step)
    return (*found, Save(steps, epochs, last_name(name)))


def every_by_ratio(epochs: int, ratio: int) -> int:
    """The interval of `save_n_epoch_ratio`: at least that many checkpoints over all epochs."""
    return max(1, epochs // ratio)


def removed_epoch(epoch: int, every: int, keep: int | None) -> int | None:
    """The epoch whose checkpoint goes when `epoch`'s is written (`save_last_n_epochs`).

    Args:
        every: epochs between checkpoints.
        keep: how many checkpoints stay; None: all.
    """
    if keep is None or epoch - every * keep < 1:
        return None
    return epoch - every * keep


def removed_step(step: int, every: int, keep: int | None) -> int | None:
    """The step whose checkpoint goes when `step`'s is written (`save_last_n_steps`).

    Args:
        every: steps between checkpoints.
        keep: over how many steps back checkpoints stay; None: all. With 10 and 30, step 50 removes
            step 10 and leaves 20, 30, 40 and 50.
    """
    if keep is None:
        return None
    before = step - keep - 1
    found = before - before % every
    return found if found >= 1 else None


def left(
    written: Sequence[Save],
    every_epochs: int | None = None,
    every_steps: int | None = None,
    keep_epochs: int | None = None,
    keep_steps: int | None = None,
) -> tuple[Save, ...]:
    """What is there at the end of the run when older checkpoints are removed as it goes."""
    here: dict[str, Save] = {}
    for save in written:
        here[save.file] = save
        by_step = "-step" in save.file
        gone = None
        if by_step and every_steps:
            number = removed_step(save.step, every_steps, keep_steps)
            gone = _named(here.values(), number, by_step)
        elif save is not written[-1] and every_epochs:
            number = removed_epoch(save.epoch, every_epochs, keep_epochs)
            gone = _named(here.values(), number, by_step)
        if gone is not None:
            del here[gone.file]
    return tuple(here.values())


def _named(saves: Collection[Save], number: int | None, by_step: bool) -> Save | None:
    wanted = (
        None if number is None else (step_name("", number) if by_step else epoch_name("", number))
    )
    for save in saves:
        if wanted is not None and save.file.endswith(wanted[wanted.rindex("-") :]):
            return save
    return None


def distinct(name: str, taken: Collection[str]) -> str:
    """The name, or with the first free number behind it: two runs never write the same files.

    >>> distinct("pip", {"pip", "pip-b"})
    'pip-c'
    """
    if name not in taken:
        return name
    # Letters, because a dash and digits is what an epoch looks like.
    for index in range(1, 26 * 27):
        first, second = divmod(index, 26)
        letters = (chr(96 + first) if first else "") + chr(97 + second)
        if f"{name}-{letters}" not in taken:
            return f"{name}-{letters}"
    raise BadInput(f"There are {len(taken)} runs called '{name}' already.", "Choose another name.")
