"""The verb `train` for several: a cast, or one dataset under several recipes, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from castmates.core.errors import BadInput, CastmatesError, Misfits, Unfit
from castmates.core.events import Tell, Warned, silent
from castmates.families.base import Base
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.check import fits
from castmates.studio.models import take_base
from castmates.studio.train import Trained, chosen_for, demand_choice, made_from, take_vae_for
from castmates.studio.train_cast_order import Asked, Sharer, sharers
from castmates.studio.train_choice import Choice
from castmates.studio.train_order import Meant, meant_by
from castmates.studio.train_plan import Outlook, outlook, sizes
from castmates.studio.train_run import digest_of, kept, run_of
from castmates.training import optimizers
from castmates.training.plan import plan
from castmates.training.samples import Samples
from castmates.training.side_by_side.cast import Member, train_cast
from castmates.training.side_by_side.progress import Progress


class Gathering(Misfits):
    """What is wrong with a cast, raised at the block's end; what members share is told once."""

    def __enter__(self) -> Gathering:
        self._told: set[str] = set()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.raise_if_any()

    def add(self, error: CastmatesError, label: str = "") -> None:
        """Keep an error that is new, with the label of the first member that has it."""
        if str(error) not in self._told:
            self._told.add(str(error))
            super().add(type(error)(f"{label}: {error.what}", error.fix) if label else error)

    @contextmanager
    def of(self, label: str) -> Iterator[None]:
        """As `gather`, with the member's label."""
        try:
            yield
        except CastmatesError as error:
            self.add(error, label)


@dataclass(frozen=True)
class Part:
    """A member with its pictures and its recipe."""

    sharer: Sharer
    meant: Meant
    choice: Choice

    @property
    def label(self) -> str:
        return self.sharer.label


def train_together(studio: Studio, asked: Asked, *, tell: Tell = silent) -> list[Trained]:
    """Train the members side by side, or go on where they were stopped.

    Raises: as `train.train`, of all members at once, before the first step; besides:
        Unfit: members of different bases.
        BadInput: two members with one and the same result, or what `sharers` refuses.
    """
    base, parts = parts_of(studio, asked, tell)
    _demand(studio, base, parts, tell)
    for part in parts:
        if part.choice.lines():
            said = "\n".join(part.choice.lines())
            tell(Warned(what=f"{part.label}: {said}"))
    native = base.facts.native_size
    steps = {p.label: plan(p.choice.recipe, p.choice.items, native=native).steps for p in parts}
    folders = _folders(studio, parts, tell)
    with ExitStack() as stack:
        progress = Progress(tell, steps)
        members = _members(base, parts, folders, progress, stack)
        saved = train_cast(base, members, tell, progress.finished)
    return [
        Trained(
            character=one.character.name,
            run=str(one.run.path),
            adapters=tuple(str(path) for path in paths),
        )
        for one, paths in zip(members, saved, strict=True)
    ]


def parts_of(studio: Studio, asked: Asked, tell: Tell) -> tuple[Base, list[Part]]:
    """The base, opened, and each member's pictures and recipe. Raises as `train_together`."""
    meant: list[tuple[Sharer, Meant]] = []
    with Gathering() as misfits:
        for one in sharers(asked):
            with misfits.gather():
                meant.append((one, meant_by(studio, one.order)))
    _demand_one("base", {own.name: own.base for _, own in meant})
    with Gathering() as misfits:
        for sharer, own in meant:
            with misfits.of(sharer.label):
                demand_choice(sharer.order, own)
    base = take_base(meant[0][1].base, tell, studio)
    parts = []
    with Gathering() as misfits:
        for sharer, own in meant:
            with misfits.of(sharer.label):
                parts.append(Part(sharer, own, chosen_for(sharer.order, own, base)))
    _demand_one("VAE", {part.label: part.choice.recipe.vae or "its own" for part in parts})
    take_vae_for(studio, parts[0].sharer.order, parts[0].choice.recipe, base)
    _demand_different(base, parts)
    return base, parts


def outlooks(studio: Studio, base: Base, parts: Sequence[Part], tell: Tell) -> list[Outlook]:
    """What each will do; nothing is tried. Raises as `train_plan.outlook`."""
    found = []
    with Gathering() as misfits:
        for part in parts:
            with misfits.of(part.label):
                name, words = part.meant.name, part.meant.captions
                found.append(
                    outlook(base, part.choice, name, words, studio.path, probing=False, tell=tell)
                )
    return found


def full_disk(found: Sequence[Outlook]) -> list[str]:
    """Why all together would not begin, though each by itself would."""
    wanted, free = sum(one.room.wanted for one in found), min(one.room.free for one in found)
    if wanted <= free or any(one.refused for one in found):
        return []
    return [f"Together they write about {sizes(wanted)}, and the disk has {sizes(free)}."]


def _demand(studio: Studio, base: Base, parts: Sequence[Part], tell: Tell) -> None:
    """Go on only with what can be followed, has room, and can begin. Raises, all at once."""
    with Gathering() as misfits:
        for part in parts:
            with misfits.of(part.label):
                part.choice.demand()
            with misfits.of(part.label):
                list(optimizers.check(part.choice.recipe, base.device))
    found = outlooks(studio, base, parts, tell)
    reasons = [*full_disk(found), *(reason for one in found for reason in one.refused)]
    with Gathering() as misfits:
        for reason in reasons:
            misfits.add(
                CastmatesError(reason, "Make room, or save more seldom: --set save_every=...")
            )


def _demand_one(what: str, named: Mapping[str, str]) -> None:
    """Members share what is frozen. Raises Unfit, with what each has."""
    if len(set(named.values())) > 1:
        shown = "; ".join(f"{who}: {which}" for who, which in named.items())
        raise Unfit(
            f"They do not share a {what} ({shown}).",
            f"Give one for all with --{what.lower()}, or train them one after the other.",
        )


def _demand_different(base: Base, parts: Sequence[Part]) -> None:
    there: dict[tuple[str, str], str] = {}
    with Gathering() as misfits:
        for part in parts:
            place = part.meant.name, digest_of(base, part.choice.recipe, part.choice.items)
            if place in there:
                misfits.add(
                    BadInput(
                        f"'{there[place]}' and '{part.label}' are one and the same run.",
                        "Vary another setting, or leave one of the values out.",
                    )
                )
            there.setdefault(place, part.label)


def _folders(studio: Studio, parts: Sequence[Part], tell: Tell) -> dict[str, CharacterFolder]:
    """Each character's folder, made where a configuration's pictures show a new one."""
    found: dict[str, CharacterFolder] = {}
    for part in parts:
        name, folder, files = part.meant.name, part.meant.folder, part.meant.foldered
        if name not in found:
            if folder is None:
                assert files is not None
                folder = made_from(studio, files, tell)
            found[name] = folder
    return found


def _members(
    base: Base,
    parts: Sequence[Part],
    folders: Mapping[str, CharacterFolder],
    progress: Progress,
    stack: ExitStack,
) -> list[Member]:
    """The members, each with its run's folder held. Raises, before the first step."""
    with Gathering() as misfits:
        for folder in folders.values():
            with misfits.gather():
                fits(base, folder)
    found = []
    for part in parts:
        sharer, choice, folder = part.sharer, part.choice, folders[part.meant.name]
        run = run_of(base, folder, choice.recipe, choice.items, sharer.about, choice.start.path)
        near = sharer.order.config.parent if sharer.order.config is not None else None
        heard = kept(base, run, choice.recipe, choice.items, progress.of(sharer.label))
        found.append(
            Member(
                sharer.label,
                choice.items,
                choice.recipe,
                run,
                folder.character,
                stack.enter_context(heard),
                tuple(part.meant.held_out()),
                Samples.of(choice.samples, folder.character, near),
            )
        )
    return found
