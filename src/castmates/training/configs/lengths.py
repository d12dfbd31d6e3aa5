"""How long a configuration trains, when it saves and draws; knows no pictures."""

from __future__ import annotations

from castmates.core.units import Duration, epochs, steps
from castmates.training.checkpoint_names import every_by_ratio
from castmates.training.configs.draft import Draft

NEVER = 99_999
"""Notebooks write 999999 for never."""


def read(draft: Draft) -> None:
    """Put `run.length`, `saving.save_every` and `samples.sample_every`."""
    length = _length(draft)
    draft.put("run.length", length, "max_train_epochs")
    by_epoch = draft.duration("save_every_n_epochs", epochs)
    by_step = draft.duration("save_every_n_steps", steps)
    ratio = draft.get("save_n_epoch_ratio")
    if ratio and ratio > 0 and by_epoch is None and length is not None and length.unit == "epochs":
        by_epoch = epochs(every_by_ratio(length.count, ratio))
    draft.put("saving.save_every", by_epoch or by_step, "save_every_n_epochs")
    if by_epoch and by_step:
        draft.put("saving.save_also_every", by_step, "save_every_n_steps")
    drawn = draft.duration("sample_every_n_epochs", epochs)
    drawn = drawn or draft.duration("sample_every_n_steps", steps)
    if drawn is not None and drawn.count < NEVER:
        draft.put("samples.sample_every", drawn, "sample_every_n_epochs")


def _length(draft: Draft) -> Duration | None:
    by_epoch = draft.duration("max_train_epochs", epochs)
    written = draft.pairs.get("max_train_steps")
    if by_epoch:
        if written not in (None, "", 0, "0"):
            draft.findings.note(
                f"max_train_epochs = {by_epoch.count} beats "
                f"max_train_steps = {written}, as in kohya"
            )
        return by_epoch
    if isinstance(written, str) and written.endswith(("epochs", "steps")):
        unit = epochs if written.endswith("epochs") else steps
        return unit(max(1, int(written.split()[0])))
    if by_step := draft.duration("max_train_steps", steps):
        return by_step
    draft.findings.note("no length is given: it is kohya's own, 1600 steps")
    return steps(1600)
