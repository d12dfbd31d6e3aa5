"""Say what a character's pictures teach and miss; changes nothing but its own memory.

Files are what everybody checks; what a character cannot do later is decided by what its pictures do
not show, so this says it in words, before anything is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from castmates.core.events import Tell, silent
from castmates.core.types import Character
from castmates.files.studio import CharacterFolder
from castmates.pictures import absorption, plans, trigger
from castmates.pictures.coverage import Shows, axes, counted, findings_of, hiding, shown_by
from castmates.pictures.crowd import of_crowd
from castmates.pictures.findings import (
    of_count,
    of_damage,
    of_exposure,
    of_sharpness,
    of_sizes,
    of_strays,
    of_twins,
    twins_of,
)
from castmates.pictures.goals import aims
from castmates.pictures.habits import of_habits
from castmates.pictures.kinds import of_kind
from castmates.pictures.looking import Look, Means, looked_at, remember
from castmates.pictures.ratings import of_ratings
from castmates.pictures.remembered import Memory
from castmates.pictures.report import (
    LEVELS,
    Finding,
    PictureReport,
    Report,
    TriggerWord,
    Twins,
)
from castmates.pictures.sizes import Needs, needs_of
from castmates.pictures.words import of_captions, of_lengths, tokens_of

if TYPE_CHECKING:
    from castmates.families.facts import Facts

__all__ = ["Finding", "Means", "Report", "check"]


def check(
    folder: CharacterFolder, facts: Facts, means: Means | None = None, tell: Tell = silent
) -> Report:
    """Look at every picture once and report; what was measured is kept for the next check.

    Args:
        facts: of the base that will be trained on; its native size is what pictures are held to.
        means: what can be asked: a tagger, a finder, a tokenizer.

    Raises:
        BadInput: a kept picture is broken, a file of the character does not fit, or there is no
            such plan.
    """
    means = means or Means()
    character = folder.character
    goal = means.goal or character.goal
    aim, plan = aims()[goal], plans.plan_name(means.plan, len(folder.pictures()), goal)
    looks, memory = looked_at(folder, facts.native_size, means, tell)
    beyond = of_kind(looks, means.detail_floor, means.base_called)
    if beyond and means.same_kind:
        looks, means = _unread(looks, means)
    shows = [shown_by(look) for look in looks]
    held = plans.held_against(plan, shows)
    keep = [tag for look in character.looks for tag in means.tags_of(look)]
    absorbed = absorption.absorbed(looks, character.name, keep, means.implied, aim.absorbed)
    named = _trigger(character, looks, memory, means)
    remember(memory, [look.entry for look in looks], tell)
    twins = twins_of(looks)
    tokens, needs = tokens_of(looks, means.count_tokens), needs_of(facts.native_size)
    coverage = _counts(shows, aim.axes)
    found = [
        *beyond,
        *of_count(len(looks), aim.few, aim.good),
        *_of_files(looks, shows, needs, twins),
        *_of_words(looks, tokens, character, means),
        *trigger.findings_of(named),
        *absorption.finding_of(absorbed, character.name, aim.absorbed),
        *of_strays(folder),
        *of_habits(looks, shows, keep, aim.one),
        *plans.finding_of(held),
        *_of_coverage(looks, shows, coverage),
    ]
    ordered = _by_level(aim.heard(found, len(looks), twins))
    called = _one(means, character.trigger)
    return Report(
        character=character.name,
        goal=goal,
        **_totals(looks),
        looks=character.looks,
        needs=(needs.floor, needs.ideal),
        per_picture=_per_picture(looks, shows, aim.axes, tokens, ordered),
        coverage={name: counts for name, counts in coverage.items() if counts},
        plan=held,
        findings=ordered,
        twins=twins,
        absorbed=absorbed,
        changeable=absorption.changeable(looks, called, character.name, aim.absorbed),
        trigger=named,
        skipped=_skipped(looks, means, held is None, bool(beyond) and means.same_kind),
    )


def _totals(looks: Sequence[Look]) -> dict[str, int]:
    return {
        "pictures": len(looks),
        "held_out": sum(look.held_out for look in looks),
        "captions": sum(bool(look.entry.caption) for look in looks),
    }


def _counts(shows: Sequence[Shows], asked: Sequence[str]) -> dict[str, dict[str, int]]:
    counts = {axis.name: counted(axis, shows) for axis in axes()}
    return {name: counts[name] for name in asked}


def _by_level(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def _of_words(
    looks: Sequence[Look], tokens: Sequence[int | None], character: Character, means: Means
) -> list[Finding]:
    """What is wrong with the captions themselves."""
    return [
        *of_captions(looks, character.name, character.trigger),
        *of_lengths(looks, tokens, means.token_limit),
    ]


def _unread(looks: Sequence[Look], means: Means) -> tuple[list[Look], Means]:
    """Without tagger and finder: what those who know drawings say of photographs is noise."""
    blind = [replace(look, seen=(), found=None) for look in looks]
    return blind, replace(means, tagger=None, finder=None)


def _of_files(
    looks: Sequence[Look], shows: Sequence[Shows], needs: Needs, twins: Sequence[Twins]
) -> list[Finding]:
    """What is wrong with the pictures themselves."""
    return [
        *of_sizes(looks, needs),
        *of_twins(twins, {look.name for look in looks if look.held_out}),
        *of_sharpness(looks),
        *of_exposure(looks),
        *of_damage(looks),
        *of_crowd(looks, shows),
        *of_ratings(looks),
    ]


def _of_coverage(
    looks: Sequence[Look], shows: Sequence[Shows], coverage: dict[str, dict[str, int]]
) -> list[Finding]:
    said = sum(bool(look.tags or look.seen) for look in looks)
    return [
        finding
        for axis in axes()
        if axis.name in coverage
        for finding in findings_of(axis, coverage[axis.name], said, hiding(axis, shows))
    ]


def _one(means: Means, trigger_word: str) -> str:
    return next(iter(means.tags_of(trigger_word)), "")


def _trigger(
    character: Character, looks: Sequence[Look], memory: Memory, means: Means
) -> TriggerWord:
    """The judgement; the vocabulary is opened only for words that are new to the memory."""
    vocabulary: dict[str, str] = {}

    def family_of(word: str) -> str:
        if means.tagger is None:
            return ""
        if word not in memory.words:
            if not vocabulary:
                vocabulary.update(means.tagger().vocabulary())
            memory.words[word] = vocabulary.get(word, "")
        return memory.words[word]

    return trigger.judged(character.trigger, looks, family_of, means.triggers, means.count_tokens)


def _per_picture(
    looks: Sequence[Look],
    shows: Sequence[Shows],
    axes_: Sequence[str],
    tokens: Sequence[int | None],
    findings: Sequence[Finding],
) -> tuple[PictureReport, ...]:
    return tuple(
        PictureReport(
            name=look.name,
            width=look.width,
            height=look.height,
            held_out=look.held_out,
            sharpness=look.measured.sharpness,
            softness=look.measured.softness,
            blockiness=look.measured.blockiness,
            tones=look.measured.tones[:3],
            bars=look.measured.bars,
            tokens=count,
            shows={axis: show[axis] for axis in axes_ if show[axis]},
            codes=tuple(f.code for f in findings if look.name in f.pictures),
        )
        for look, show, count in zip(looks, shows, tokens, strict=True)
    )


def _skipped(looks: Sequence[Look], means: Means, no_plan: bool, beyond: bool) -> tuple[str, ...]:
    found = []
    ours = "ours knows drawn pictures only" if beyond else ""
    if means.tagger is None:
        why = ours or "no tagger was given"
        found.append(f"what the captions leave out, because {why} (--tagger).")
    if means.finder is None:
        why = ours or "no finder was given"
        found.append(f"cut-off figures and bystanders, because {why} (--finder).")
    if means.count_tokens is None:
        found.append("the length of captions, because the base's tokenizer cannot be read.")
    if no_plan and looks:
        found.append("the plan, because too few captions say the framing (full body, close-up).")
    return tuple(found)
