"""What was measured on a study, as values: cells, arms, calibration; measures nothing itself.

Likeness: 0 = a stranger (the base without adapter), 1 = as alike as the held-out pictures are
among themselves. Obedience: the share of the wanted tags that the tagger finds. Copying: how much
nearer a cell's composition is to a training picture than a new real picture is. Beside these three
stand the measures of `judging.measures`, each by its name, and what they rule out: the gates. All
are readings of small models on few pictures: every mean says from how many and carries an interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from castmates.core.types import Value
from castmates.judging.intervals import Interval

LOWEST_AUC = 0.65
"""A reader of likeness that tells real pictures from strangers more rarely is not believed."""

GateName = Literal[
    "collapse",
    "copying",
    "background",
    "leakage",
    "style",
    "outfit",
    "diversity",
    "under-trained",
    "accessory",
]
"""What can rule an arm out; `judging.gates` says when, why, and what helps."""


class Tripped(Value):
    """A gate that an arm did not pass.

    Attributes:
        value, limit: what was measured, and what it may be; n: from how many pictures.
        reason: what happened, in a plain sentence ("31 % of the pictures repeat …").
        remedy: what to do about it, in a plain sentence.
    """

    gate: GateName
    value: float
    limit: float
    n: int
    reason: str
    remedy: str


class MeasureNote(Value):
    """How far a measure can be believed on these pictures.

    Attributes:
        name: as in `CellScore.measures`; what: in words, for people.
        stranger, real: raw levels that 0 and 1 stand for; None: it has a scale of its own.
        auc: how well it tells the real pictures from the base's strangers (.5: not at all, 1:
            always), measured on these very pictures; None: cannot be asked.
        weight: its share in likeness, 0..1; 0 for what is no part of it.
        notes: what it cannot do here, in plain sentences ("whole pictures: no finder").
    """

    name: str
    what: str
    stranger: float | None = None
    real: float | None = None
    auc: float | None = None
    weight: float = 0.0
    notes: tuple[str, ...] = ()


class CellScore(Value):
    """One picture's readings. `likeness` is calibrated but not clipped; `found` ⊆ `wanted`.

    Attributes:
        family: of the prompt ("plain", "accessory", "outfit", "scene", "motion", "style"; "leak":
            the class word without the trigger, which counts for leakage alone); "": not said.
        avoided: tags that must not be there; present: those of them that are there all the same.
        unasked: tags that other prompts of the study want, found here though nothing asks for them:
            the negative control.
        nearest: which training picture this one is nearest to (its place among them, from 0); None:
            there are none.
        measures: what each measure says of this picture, by its name; a measure that can say
            nothing about it is left out. 0 and 1 as in the measure's `MeasureNote`.
    """

    name: str
    epoch: int
    strength: float
    prompt: str
    seed: int
    likeness: float
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    copying: float
    family: str = ""
    avoided: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    nearest: int | None = None
    measures: Mapping[str, float] = {}

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
        flexibility: what is drawn because it was asked for, 0..1, against what the base alone can
            do (1) and what stands there unasked (0); None: no prompt asks what can be checked.
        utility: likeness (saturated) and flexibility in one, 0..1 (`judging.utility`).
        families: family of prompts -> its own obedience.
        measures: mean of each measure over the pictures that it says something about.
        intervals: measure -> the 95 % interval of that mean.
        gates: those that this arm did not pass, the cause first: `gates[0]` is the reason to name,
            the others often only follow from it. Empty: nothing speaks against it.
        told: gates that it did not pass, but that no epoch and strength avoids: a matter of the
            training, which shuts nothing out.
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
    flexibility: float | None = None
    flexibility_interval: Interval = (0.0, 1.0)
    utility: float = 0.0
    families: Mapping[str, float] = {}
    measures: Mapping[str, float] = {}
    intervals: Mapping[str, Interval] = {}
    gates: tuple[Tripped, ...] = ()
    told: tuple[Tripped, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether no gate speaks against this arm."""
        return not self.gates

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
        auc: how well the best reader of likeness tells real pictures from strangers; None: not
            asked.
    """

    stranger: float
    real: float
    held_out: int
    training: int
    against_training: bool = False
    auc: float | None = None

    @property
    def tells_apart(self) -> bool:
        """Whether the encoder sees a difference between the character and a stranger at all."""
        return self.real - self.stranger >= 0.05 and (self.auc is None or self.auc >= LOWEST_AUC)

    def likeness(self, similarity: float) -> float:
        """Similarity on the scale stranger = 0, real = 1; not clipped."""
        return (similarity - self.stranger) / max(self.real - self.stranger, 1e-6)


Coordinates = tuple[int, float]
"""(epoch, strength) of an arm."""


class Picks(Value):
    """Three good arms for three wishes, of those that pass every gate (none passes: of all)."""

    most_like: Coordinates
    balanced: Coordinates
    most_flexible: Coordinates


class Scores(Value):
    """Everything measured on a study: `scores.json`.

    Attributes:
        notes: of every measure that was asked: how far it can be believed here.
        front: the arms that no other one beats in both likeness and flexibility, most alike first.
        picks: most like, balanced, most flexible; None in files of earlier versions.
    """

    calibration: Calibration
    baseline: ArmScore
    arms: tuple[ArmScore, ...] = Field(min_length=1)
    cells: tuple[CellScore, ...]
    notes: tuple[MeasureNote, ...] = ()
    front: tuple[Coordinates, ...] = ()
    picks: Picks | None = None

    def arm(self, epoch: int, strength: float) -> ArmScore:
        """The arm at these coordinates (epoch 0: the base). Raises KeyError."""
        for arm in (self.baseline, *self.arms):
            if arm.epoch == epoch and (epoch == 0 or arm.strength == strength):
                return arm
        raise KeyError((epoch, strength))
