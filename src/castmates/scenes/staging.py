"""A scene with its cast: texts, places and adapters of everybody, as shots; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from castmates.core.ports import Mask
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.shots import Blending, ExtendedShot, Inpaint, Region, Regions, Start
from castmates.drawing.sources import digest_of
from castmates.scenes.layout import Stand, stands
from castmates.scenes.scene import Box, Figure, Scene, called
from castmates.scenes.wording import Texts, Told, Wording, texts_of

REFINED = 0.38
"""How much noise a face gets that is drawn over."""


@dataclass(frozen=True)
class Player:
    """Somebody of a scene, as the studio knows it.

    Attributes:
        told: in words.
        adapter: and how much of it; None: words alone.
        height: in centimetres; None: not known.
        trigger: the word that calls it; "": a stranger.
        base: that its adapter was trained on; None: not known.
        negative: words that its drawings avoid.
    """

    name: str
    told: Told
    adapter: AdapterUse | None = None
    height: float | None = None
    trigger: str = ""
    base: str | None = None
    negative: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """How the pictures of a scene are drawn; None: as the base prefers.

    Attributes:
        settings: fields of a shot that are the same for all (size, steps, sampler …).
        feather, base_share, isolated: as in `drawing.shots.Regions`.
        begins: the same for two stages: from which share of the steps on everybody is drawn by
            itself.
    """

    settings: dict[str, object]
    feather: float = 0.03
    base_share: float = 0.1
    isolated: float = 0.4
    begins: float = 0.1


@dataclass(frozen=True)
class Staged:
    """A scene that is ready to be drawn.

    Attributes:
        stands: where everybody is; masks: digests of drawn masks, "" for a box.
    """

    scene: Scene
    players: tuple[Player, ...]
    stands: tuple[Stand, ...]
    texts: Texts
    course: Course
    masks: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Everybody, strangers by number."""
        return names_of(self.scene.figure)

    @property
    def boxes(self) -> list[Box]:
        return [stand.box for stand in self.stands]

    def with_masks(self, masks: Sequence[Mask], boxes: Sequence[Box]) -> Staged:
        """The same with everybody where they were found."""
        pairs = zip(self.stands, boxes, strict=True)
        moved = tuple(replace(stand, box=box) for stand, box in pairs)
        return replace(self, stands=moved, masks=tuple(map(digest_of, masks)))


def staged(
    scene: Scene,
    players: Sequence[Player],
    wording: Wording,
    course: Course,
    masks: Sequence[str] = (),
) -> Staged:
    """Bring a scene and its cast together.

    Args:
        masks: digests of the figures' drawn masks, "" for those without.
    """
    places = stands(scene.figure, [player.height for player in players])
    across = [(stand.box[0] + stand.box[2]) / 2 for stand in places]
    texts = texts_of([player.told for player in players], scene.setting, across, wording)
    none = ("",) * len(players)
    return Staged(scene, tuple(players), places, texts, course, tuple(masks) or none)


def names_of(figures: Sequence[Figure]) -> list[str]:
    """What each figure is called; strangers by their number."""
    found, strangers = [], 0
    for figure in figures:
        strangers += not figure.name
        found.append(called(figure, strangers))
    return found


def layout_shot(at: Staged, seed: int) -> Shot:
    """Everybody by kind alone: where the base puts them."""
    return _shot(at, at.texts.layout, seed)


def plain_shot(at: Staged, seed: int) -> Shot:
    """All words and all adapters all over the picture."""
    uses = (player.adapter for player in at.players)
    return _shot(at, at.texts.plain, seed, tuple(use for use in uses if use is not None))


def placed_shot(at: Staged, seed: int, blending: Blending = "attention") -> ExtendedShot:
    """Everybody's words and adapter in their own place.

    In windows everybody is told as if alone: nobody else is seen there.
    """
    each = at.texts.alone if blending == "windows" else at.texts.each
    regions = tuple(
        Region(
            words=words,
            adapters=() if player.adapter is None else (player.adapter,),
            box=stand.box,
            mask=mask,
            layer=stand.layer,
        )
        for player, words, stand, mask in zip(at.players, each, at.stands, at.masks, strict=True)
    )
    apart = blending != "attention"
    places = Regions(
        regions=regions,
        blending=blending,
        feather=at.course.feather,
        base_share=0.0 if apart else at.course.base_share,
        isolated=0.0 if apart else at.course.isolated,
        begins=at.course.begins if blending == "noise" else 0.0,
    )
    bare = _shot(at, at.texts.layout, seed)
    return ExtendedShot.model_validate({**dict(bare), "places": places})


def refining_shot(at: Staged, i: int, picture: str, mask: str, seed: int, size: int) -> Shot:
    """One figure drawn over by itself, larger.

    Args:
        picture, mask: digests: what is drawn upon, and where.
        size: the picture's shorter side in pixels, by which edges and surroundings are measured.
    """
    player = at.players[i]
    uses = () if player.adapter is None else (player.adapter,)
    bare = _shot(at, at.texts.alone[i], seed, uses)
    inpaint = Inpaint(picture=mask, blur=size * 0.02, area="masked", padding=size // 8)
    start = Start(picture=picture, strength=REFINED, mask=inpaint)
    return ExtendedShot.model_validate({**dict(bare), "start": start})


def _shot(at: Staged, words: str, seed: int, adapters: tuple[AdapterUse, ...] = ()) -> Shot:
    away = [at.scene.negative, *(word for player in at.players for word in player.negative)]
    negative = ", ".join(dict.fromkeys(part.strip() for part in away if part.strip()))
    said = {"words": words, "negative": negative, "seed": seed, "adapters": adapters}
    return Shot.model_validate({**said, "reading": "prompt", **at.course.settings})
