"""The verb `scene`: several characters in one picture, the best of some tries of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import SerializeAsAny

from castmates.core.errors import BadInput
from castmates.core.events import Began, Made, Tell, Warned, silent
from castmates.core.types import Shot, Value
from castmates.drawing.sources import Sources
from castmates.files import settings
from castmates.files.studio import Studio
from castmates.files.writing import made
from castmates.scenes.choosing import Try, best, why
from castmates.scenes.demands import STORYBOOK_SEES, demand, notes
from castmates.scenes.layout import layer_of
from castmates.scenes.looking import Cast, Eyes
from castmates.scenes.methods import Attempt, Method
from castmates.scenes.reading import scene_of
from castmates.scenes.scene import Scene
from castmates.scenes.staging import Course, Player, Staged, staged
from castmates.scenes.verdict import Verdict
from castmates.scenes.wording import wording_for
from castmates.studio.draw import bring, next_number, write_drawn
from castmates.studio.draw_extras import keep
from castmates.studio.models import base_name, take_base
from castmates.studio.scene_cast import cast_of, drawn_masks, eyes_of, players_of
from castmates.studio.scene_tries import Easel, SceneWish, Tried


class ScenePicture(Value):
    """A drawn scene.

    Attributes:
        verdict: None: nobody looked.
        why: in words, why this try was kept.
    """

    path: str
    seed: int
    method: Method
    tries: int
    verdict: Verdict | None
    why: str
    shot: SerializeAsAny[Shot]


def read_scene(asked: str) -> tuple[Scene, Path]:
    """A scene from a file, or from a prompt; and the folder that its paths count from.

    Raises:
        Missing, BadInput: no such file, or it does not fit; a prompt that names nobody.
    """
    path = Path(asked).expanduser()
    if asked.lower().endswith(".toml") and "{" not in asked:
        return settings.load(path, Scene), path.parent
    if not asked.strip():
        raise BadInput("There is no scene.", "Write: castmates scene '{pip} on the left, forest'")
    return scene_of(asked), Path()


def draw_scene(
    studio: Studio,
    wish: SceneWish,
    *,
    base: str | None = None,
    folder: Path | None = None,
    into: Path | None = None,
    precise: bool = False,
    tell: Tell = silent,
) -> list[ScenePicture]:
    """Draw a scene, look at every try, keep the best of each picture.

    Picture i has the seeds seed + i · tries and those that follow.

    Args:
        folder: that paths in the scene count from.
        into: None: the studio's `drawings/`.

    Raises:
        Missing: a character, a mask or a model is not there.
        BadInput: places that nobody can stand in.
        Unfit: two who answer to one trigger; adapters of different bases; a method that the base is
            not able to.
    """
    scene = wish.scene
    players = players_of(studio, scene)
    demand(scene, players, [layer_of(figure) for figure in scene.figure])
    sources, masks = drawn_masks(scene, folder or Path(), Sources())
    opened = take_base(_base(studio, players, base), tell, studio)
    eyes = eyes_of(opened.name, wish.finder, wish.encoder)
    sees = STORYBOOK_SEES if eyes is not None and wish.finder is None else None
    for note in notes(scene, players, sees):
        tell(note)
    if eyes is None:
        tell(Warned(what=f"Nobody can look at pictures of {opened.name}.", fix="Name --finder."))
    hashes = bring(opened, studio, [p.adapter.name for p in players if p.adapter is not None])
    how = Course(
        {**wish.course.said(), **({"size": scene.size} if _own_size(wish) else {})},
        wish.feather,
        wish.base_share,
        wish.isolated,
        wish.begins,
    )
    at = staged(scene, players, wording_for(opened.name), how, masks)
    easel = Easel(opened, hashes, precise, tell)
    rows = Tried(at, wish, easel, sources, eyes, _known(studio, at, eyes, tell)).all()
    return _written(rows, into or studio.drawings, tell)


def _own_size(wish: SceneWish) -> bool:
    return wish.scene.size is not None and wish.course.size is None


def _base(studio: Studio, players: Sequence[Player], wanted: str | None) -> str:
    """The base: asked for, else what the first character's adapter was trained on."""
    named = [player for player in players if player.trigger]
    first = next((p for p in named if p.adapter is not None), named[0] if named else None)
    character = studio.character(first.name).character if first is not None else None
    return base_name(studio, character, wanted)


def _known(studio: Studio, at: Staged, eyes: Eyes | None, tell: Tell) -> Cast | None:
    if eyes is None:
        return None
    tell(Began(what="Looking at everybody's pictures"))
    return cast_of(studio, [p.name for p in at.players if p.trigger], eyes)


def _written(
    rows: Sequence[Sequence[tuple[Attempt, Try]]], into: Path, tell: Tell
) -> list[ScenePicture]:
    first = next_number(made(into))
    pictures = []
    for number, row in enumerate(rows, first):
        kept = best([one for _, one in row])
        attempt, chosen = row[kept]
        keep(attempt.sources, [attempt.drawn.shot], into)
        path = into / f"{number:05d}.png"
        write_drawn(attempt.drawn, path)
        pictures.append(
            ScenePicture(
                path=str(path),
                seed=chosen.seed,
                method=chosen.method,
                tries=len(row),
                verdict=chosen.verdict,
                why=why([one for _, one in row], kept),
                shot=attempt.drawn.shot,
            )
        )
        tell(Made(what="picture", path=str(path)))
    return pictures
