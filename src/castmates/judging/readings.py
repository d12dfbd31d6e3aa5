"""What was measured on a study, as values: cells, arms, calibration; measures nothing itself.

Likeness: 0 = a stranger (the base without adapter), 1 = as alike as the held-out pictures are
among themselves. Obedience: the share of the wanted tags that the tagger finds. Copying: how much
nearer a cell's composition is to a training picture than a new real picture is. All three are
readings of small models on few pictures: every mean says from how many and carries an interval.
"""

from __future__ import annotations

from pydantic import Field

from castmates.core.types import Value
from castmates.judging.intervals import Interval


class CellScore(Value):
    """One picture's readings. `likeness` is calibrated but not clipped; `found` ⊆ `wanted`."""

    name: str
    epoch: int
    strength: float
    prompt: str
    seed: int
    likeness: float
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    copying: float

    @property
    def obedience(self) -> float | None:
        """Share of the wanted tags that were found; None where nothing was wanted."""
        return len(self.found) / len(self.wanted) if self.wanted else None


class TagRate(Value):
    """How often a wanted tag was found: `rate` of `n` pictures of one prompt."""

    prompt: str
    tag: str
    rate: float
    n: int


class ArmScore(Value):
    """One (epoch, strength) over all prompts and seeds. Epoch 0 is the base without adapter.

    Attributes:
        n: pictures behind `likeness`; n_asked: pictures behind `obedience`.
        likeness: mean over the pictures, clipped to 0..1.
        obedience: mean share of wanted tags; None when no prompt of the study wants any.
        copying: mean over the pictures; above 0 = nearer to training than a new real picture is.
        copied: share of pictures nearer to a training picture than every held-out picture is.
    """

    adapter: str
    epoch: int
    strength: float
    n: int
    likeness: float
    likeness_interval: Interval
    n_asked: int
    obedience: float | None
    obedience_interval: Interval
    tags: tuple[TagRate, ...] = ()
    copying: float
    copied: float

    def rate(self, prompt: str, tag: str) -> float:
        """How often `tag` was found for `prompt`. Raises KeyError where it was not wanted."""
        for row in self.tags:
            if (row.prompt, row.tag) == (prompt, tag):
                return row.rate
        raise KeyError((prompt, tag))


class Calibration(Value):
    """The two levels that likeness lies between, and what they were measured on.

    Attributes:
        stranger: mean similarity of the base's pictures; real: of the references among themselves.
        held_out: held-out pictures; training: training pictures.
        against_training: True if, for want of held-out pictures, training pictures served as
            references: likeness then rewards copying.
    """

    stranger: float
    real: float
    held_out: int
    training: int
    against_training: bool = False

    @property
    def tells_apart(self) -> bool:
        """Whether the encoder sees a difference between the character and a stranger at all."""
        return self.real - self.stranger >= 0.05

    def likeness(self, similarity: float) -> float:
        """Similarity on the scale stranger = 0, real = 1; not clipped."""
        return (similarity - self.stranger) / max(self.real - self.stranger, 1e-6)


class Scores(Value):
    """Everything measured on a study: `scores.json`."""

    calibration: Calibration
    baseline: ArmScore
    arms: tuple[ArmScore, ...] = Field(min_length=1)
    cells: tuple[CellScore, ...]

    def arm(self, epoch: int, strength: float) -> ArmScore:
        """The arm at these coordinates (epoch 0: the base). Raises KeyError."""
        for arm in (self.baseline, *self.arms):
            if arm.epoch == epoch and (epoch == 0 or arm.strength == strength):
                return arm
        raise KeyError((epoch, strength))
