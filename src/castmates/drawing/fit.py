"""Whether shots can be drawn on a base, told before anything is drawn; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing, Unfit
from castmates.core.events import Warned
from castmates.core.near import did_you_mean
from castmates.core.types import Size
from castmates.drawing.asked import Asked
from castmates.drawing.batches import Job, latent_shape
from castmates.drawing.fit_sources import misfits_of, thin_mask
from castmates.drawing.places import native_columns
from castmates.drawing.sampler_names import SCHEDULES, TRAILING
from castmates.drawing.samplers import SAMPLERS
from castmates.drawing.shots import ExtendedShot
from castmates.drawing.sources import Sources
from castmates.drawing.windows import are_covering, windows_of
from castmates.families.base import Base
from castmates.families.facts import Facts
from castmates.families.regions import Regional
from castmates.prompts.tags import MOST_STRENGTH, Mention


def check(jobs: Sequence[Job], base: Base, sources: Sources | None = None) -> None:
    """Find everything that cannot be drawn, before anything is.

    Raises:
        BadInput: an unknown sampler or schedule, a size that the base cannot draw, a strength of
            an adapter beyond ±4, or a mask that does not fit its picture.
        Missing: an adapter that is not in the base's bank; a picture, mask or upscaler that is not
            among the sources.
        Unfit: negative words for a base that takes none; hires fix on a picture.
    """
    misfits = Misfits()
    seen: set[str] = set()
    for at in jobs:
        for error in (*_misfits(at, base), *misfits_of(at, sources or Sources())):
            if str(error) not in seen:
                seen.add(str(error))
                misfits.add(error)
    misfits.raise_if_any()


def _misfits(at: Job, base: Base) -> Iterator[CastmatesError]:
    facts = base.facts
    if at.sampler not in SAMPLERS:
        yield BadInput(f"No '{at.sampler}' among the samplers.", did_you_mean(at.sampler, SAMPLERS))
    if at.schedule not in SCHEDULES:
        yield BadInput(
            f"No '{at.schedule}' among the schedules.", did_you_mean(at.schedule, SCHEDULES)
        )
    if facts.prediction == "flow" and at.schedule != TRAILING and at.schedule in SCHEDULES:
        yield Unfit(
            f"{base.name} has levels of its own, which '{at.schedule}' does not lay out.",
            f"Leave the schedule out, or write {TRAILING}.",
        )
    step = facts.size_multiple
    if at.size.width % step or at.size.height % step:
        fitting = Size(width=_near(at.size.width, step), height=_near(at.size.height, step))
        yield BadInput(
            f"{base.name} draws sizes that are multiples of {step}, not {at.size}.",
            f"Take {fitting}.",
        )
    for mention in mentioned(at):
        if mention.name not in base.bank.names:
            yield Missing(
                f"No adapter '{mention.name}' is loaded.",
                did_you_mean(mention.name, base.bank.names),
            )
        weights = [p.weight for curve in (mention.te, mention.unet) for p in curve.points]
        if max(map(abs, weights)) > MOST_STRENGTH:
            yield BadInput(f"'{mention.name}' has a weight beyond ±{MOST_STRENGTH:g}.", "Lower it.")
    yield from _misplaced(at, base)
    if at.shot.negative and not facts.takes_negative:
        yield Unfit(f"{base.name} takes no negative words.", "Leave them out.")


def _misplaced(at: Job, base: Base) -> Iterator[CastmatesError]:
    """What of a job's regions cannot be drawn."""
    places = at.shot.places if isinstance(at.shot, ExtendedShot) else None
    if places is None:
        return
    if places.blending == "attention" and not isinstance(base, Regional):
        yield Unfit(
            f"{base.name} reads one text for the whole picture.",
            "Draw the regions in passes of their own (two-stage).",
        )
    if places.blending == "windows":
        wide = latent_shape(at.size, base)[2]
        windows = windows_of([one.box for one in places.regions], wide, native_columns(base))
        if not are_covering(windows, wide):
            yield BadInput(
                f"{len(windows)} windows of {base.name} leave out parts of {at.size}.",
                "Take a narrower picture, or boxes nearer to each other and to the edges.",
            )
    if any(asked.parts > 1 for asked in at.regions):
        yield BadInput("A region's words are joined by AND.", "Make them one text, or two regions.")
    for number, one in enumerate(places.regions, 1):
        left, top, right, bottom = one.box
        if not one.mask and not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            yield BadInput(
                f"Region {number} is the box {one.box}; wanted left, top, right, bottom in 0..1.",
                "Mend the box.",
            )


def notes(
    jobs: Sequence[Job], sources: Sources | None = None, facts: Facts | None = None
) -> list[Warned]:
    """What deserves a look, each once: adapters named twice, thin masks, what prompts may not
    mean, a clip skip that the base (`facts`) does not have."""
    found: dict[str, Warned] = {}
    for at in jobs:
        if facts is not None and facts.fixed_layer and at.shot.clip_skip != facts.clip_skip:
            what = f"Clip skip {at.shot.clip_skip} has no effect: the base reads one layer always."
            found[what] = Warned(what=what, fix=f"Leave it out, or write {facts.clip_skip}.")
        thin = thin_mask(at, sources or Sources())
        if thin is not None:
            found[thin.what] = thin
        names = [use.name for use in at.shot.adapters]
        for name in {name for name in names if names.count(name) > 1}:
            what = f"'{name}' is named more than once in one prompt; its strengths add up."
            found[what] = Warned(what=what)
        for asked in _plans(at):
            for problem in asked.plan.problems:
                found[problem.what] = Warned(what=problem.what, fix=problem.fix)
    return list(found.values())


def mentioned(at: Job) -> tuple[Mention, ...]:
    """The adapters of a job, as its plan has them."""
    return tuple(one for asked in _plans(at) for one in asked.adapters)


def _plans(at: Job) -> tuple[Asked, ...]:
    """Of its own words, and of its regions'."""
    return () if at.asked is None else (at.asked, *at.regions)


def _near(length: int, step: int) -> int:
    return max(step, round(length / step) * step)
