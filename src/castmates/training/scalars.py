"""What a run tells, as curves for TensorBoard under the names of the field; knows no training.

| event | scalar | at |
|---|---|---|
| `loss` | `loss/current`; `loss/average`, over the last epoch's worth of steps | step |
| `loss` | `loss/epoch_average` | epoch |
| `held_out_loss` | `loss/validation/epoch_average` | epoch |
| `unet_rate`, `text_rate` | `lr/unet`, `lr/textencoder` | step |
| `unet_step`, `text_step` | `lr/d*lr/unet`, `lr/d*lr/textencoder` | step |
| `unet_block7_rate`, `unet_plus_rate` | `lr/unet_block7`, `lr/unet plus` (LoRA+) | step |

The names are those of sd-scripts, so that runs of both lie in one picture.
"""

from __future__ import annotations

import re

from castmates.core.events import Event, Measured
from castmates.files.event_file import EventFile
from castmates.files.runs import RunFolder
from castmates.training.clock import Recent

_RATE = re.compile(r"(unet|text)(_block\d+)?(_plus)?_(rate|step)")


def _curve(part: str, block: str | None, plus: str | None, what: str) -> str:
    """The name of a rate's curve, as in sd-scripts."""
    group = {"text": "textencoder"}.get(part, part) + (block or "") + (" plus" if plus else "")
    return f"lr/d*lr/{group}" if what == "step" else f"lr/{group}"


class Scalars:
    """A listener that writes curves into a file of its own each time a run is begun or gone on.

    Args:
        run: gets a folder `logs/` with the first figure.
        steps_per_epoch: of the run.
    """

    def __init__(self, run: RunFolder, steps_per_epoch: int) -> None:
        self._run, self._per_epoch = run, steps_per_epoch
        self._file: EventFile | None = None
        self._recent = Recent(steps_per_epoch)

    def tell(self, event: Event) -> None:
        """Write what belongs to a curve."""
        if not isinstance(event, Measured) or event.at is None:
            return
        at, value = event.at, event.value
        if event.name == "loss":
            self._recent.add(value)
            self._scalar("loss/current", value, at)
            self._scalar("loss/average", self._recent.mean, at)
            if at % self._per_epoch == 0:
                self._scalar("loss/epoch_average", self._recent.mean, at // self._per_epoch)
        elif event.name == "held_out_loss":
            self._scalar("loss/validation/epoch_average", value, -(-at // self._per_epoch))
        elif found := _RATE.fullmatch(event.name):
            self._scalar(_curve(*found.groups()), value, at)

    def _scalar(self, name: str, value: float, at: int) -> None:
        if self._file is None:
            self._file = EventFile(self._run.logs, at)
        self._file.scalar(name, value, at)
