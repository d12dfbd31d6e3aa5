"""What a training side by side will do, need and leave, said before it starts; trains nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from castmates.core.events import Tell, silent
from castmates.core.types import Character
from castmates.files.studio import Studio
from castmates.studio.train_cast import Part, full_disk, outlooks, parts_of
from castmates.studio.train_cast_order import Asked
from castmates.studio.train_plan import Outlook, clock, sizes
from castmates.training import optimizers
from castmates.training.plan import repeated
from castmates.training.prepare import Material
from castmates.training.recipe import differences
from castmates.training.side_by_side.probe import CastProbe, probe


@dataclass(frozen=True)
class CastOutlook:
    """Attributes:
    members: label -> what that one does; with a probe its time is its time in the company.
    probe: what a round of all costs; None: it was not tried.
    """

    members: dict[str, Outlook]
    probe: CastProbe | None

    @property
    def refused(self) -> tuple[str, ...]:
        """Why the training would not begin."""
        every = list(self.members.values())
        own = [r for one in every for r in (*one.choice.refused, *one.refused)]
        return tuple(dict.fromkeys((*own, *full_disk(every))))

    def data(self) -> list[dict[str, Any]]:
        """For machines: the plans of all (`Outlook.data`), each with its label as `member`.

        `memory` is that of all together, and so is what is `refused`.
        """
        return [
            {"member": label, **one.data(), "refused": list(self.refused)}
            for label, one in self.members.items()
        ]

    def text(self) -> str:
        """For people."""
        (first, usual), *others = self.members.items()
        lines = [f"{first}:", *_indented(usual.choice.lines()), "  Recipe:"]
        recipe = usual.choice.recipe.model_dump(mode="json")
        lines += [f"    {key} = {value}" for key, value in recipe.items() if value is not None]
        lines.append(f"  {usual.road}; {usual.captions} with captions")
        for label, one in others:
            other = differences(usual.choice.recipe, one.choice.recipe)
            said = "; ".join(other).replace(", now", " there, here") or "the same recipe"
            lines += [f"{label}:", *_indented(one.choice.lines()), f"  {said}"]
            lines.append(f"  {one.road}; {one.captions} with captions")
        return "\n".join((*lines, *self._together()))

    def _together(self) -> list[str]:
        every = list(self.members.values())
        roads = [one.road for one in every]
        room = [one.room for one in every]
        lines = [
            f"Side by side: {len(every)} adapters, {sum(road.steps for road in roads)} steps in "
            f"{max(road.steps for road in roads)} rounds",
            f"disk: {sizes(sum(r.wanted for r in room))}, {sizes(room[0].free)} are free",
        ]
        if self.probe is not None:
            encodings = sum(one.encodings for one in every)
            took = self.probe.seconds(roads, encodings)
            apart = self.probe.one_by_one(roads, encodings)
            shared = self.probe.shared
            lines.append(
                f"about {clock(took)} on {shared.device}, {shared.step:.3g} s a round; one after "
                f"the other about {clock(apart)}"
                + (f"; memory: {sizes(shared.memory)}" if shared.memory else "")
            )
        if self.refused:
            lines += ["It would be refused:", *(f"  {reason}" for reason in self.refused)]
        return lines


def plan_together(
    studio: Studio, asked: Asked, *, probing: bool = True, tell: Tell = silent
) -> CastOutlook:
    """What a training side by side would do; nothing is written.

    Args:
        probing: try a few rounds for memory and time.

    Raises: as `train_cast.train_together`.
    """
    base, parts = parts_of(studio, asked, tell)
    for note in dict.fromkeys(
        note for part in parts for note in optimizers.check(part.choice.recipe, base.device)
    ):
        tell(note)
    found = outlooks(studio, base, parts, tell)
    tried = None
    if probing:
        tried = probe(
            [
                Material(
                    base,
                    part.choice.recipe,
                    repeated(part.choice.items, part.choice.recipe),
                    one.road.steps,
                    Character(name=part.meant.name, trigger=part.meant.name),
                )
                for part, one in zip(parts, found, strict=True)
            ],
            tell,
        )
        found = [replace(one, probe=tried.of_one()) for one in found]
    return CastOutlook(_labelled(parts, found), tried)


def _labelled(parts: Sequence[Part], found: Sequence[Outlook]) -> dict[str, Outlook]:
    return {part.label: one for part, one in zip(parts, found, strict=True)}


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
