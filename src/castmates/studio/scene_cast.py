"""The cast of a scene as a studio knows it: words, adapters, heights, pictures; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from castmates.backends.encoders import open_encoder
from castmates.backends.finders import open_finder
from castmates.backends.taggers import open_tagger
from castmates.core.errors import Misfits
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse
from castmates.drawing.sources import Sources, digest_of
from castmates.families.shelf import STORYBOOK
from castmates.files.images import read
from castmates.files.studio import Studio
from castmates.prompts.expansion import Member, outfit_words
from castmates.prompts.nodes import plain
from castmates.scenes.looking import MOST_REFERENCES, Cast, Eyes, acquaint
from castmates.scenes.scene import Figure, Scene
from castmates.scenes.staging import Player, names_of
from castmates.scenes.wording import Told
from castmates.studio.draw_extras import read_mask, with_mask
from castmates.studio.lore import member_of

MOST_STRANGERS = 8
"""Other characters of the studio that show what strangers look like."""
NOBODY = "none"


def players_of(studio: Studio, scene: Scene) -> list[Player]:
    """Everybody of a scene.

    Raises:
        Missing: characters that the studio does not have; all of them at once.
    """
    misfits = Misfits()
    players = []
    for name, figure in zip(names_of(scene.figure), scene.figure, strict=True):
        with misfits.gather():
            players.append(_character(studio, figure) if figure.name else _stranger(name, figure))
    misfits.raise_if_any()
    return players


def _character(studio: Studio, figure: Figure) -> Player:
    folder = studio.character(figure.name)
    character, member = folder.character, member_of(folder, alone=False)
    outfit, _ = outfit_words(member, figure.outfit)
    own = [plain(word) for word in (character.trigger, *character.looks)]
    own += [*map(plain, outfit), figure.words]
    return Player(
        name=figure.name,
        told=Told(plain(character.class_word), _said(own), _doing(figure)),
        adapter=_adapter(member, figure),
        height=figure.height_cm or character.height_cm,
        trigger=character.trigger,
        base=character.base,
        negative=tuple(map(plain, member.negative)),
    )


def _stranger(name: str, figure: Figure) -> Player:
    kind, _, rest = figure.words.partition(",")
    words = (rest, figure.outfit)
    told = Told(kind.strip().removeprefix("1"), _said(words), _doing(figure))
    return Player(name=name, told=told, height=figure.height_cm)


def _adapter(member: Member, figure: Figure) -> AdapterUse | None:
    if member.adapter is None or figure.strength == 0.0:
        return None
    strength = member.strength if figure.strength is None else figure.strength
    return AdapterUse(name=member.adapter, strength=strength)


def _doing(figure: Figure) -> tuple[str, ...]:
    return _said((figure.action, figure.expression))


def _said(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for word in words if word.strip())


def drawn_masks(scene: Scene, folder: Path, sources: Sources) -> tuple[Sources, list[str]]:
    """The masks that a scene names, read, and the digest of each figure's; "": it has none.

    Args:
        folder: that relative paths count from.

    Raises:
        Missing, BadInput: a file is not there, or no picture; all of them at once.
    """
    misfits, digests = Misfits(), []
    for figure in scene.figure:
        digest = ""
        if figure.mask is not None:
            with misfits.gather():
                mask = read_mask(folder / Path(figure.mask).expanduser())
                sources, digest = with_mask(sources, mask, Path(figure.mask).name), digest_of(mask)
        digests.append(digest)
    misfits.raise_if_any()
    return sources, digests


def eyes_of(base: str, finder: str | None, encoder: str | None) -> Eyes | None:
    """Who looks at the pictures; None: nobody can.

    Args:
        base: its name: our own eyes know the storybook world alone.
        finder, encoder: by name; None: ours where they fit; "none": nobody.

    Raises:
        BadInput, Missing: as `backends.finders.open_finder`.
    """
    ours = STORYBOOK if base == STORYBOOK else NOBODY
    find, encode = finder or ours, encoder or ours
    if NOBODY in (find, encode):
        return None
    tagger = open_tagger(STORYBOOK) if base == STORYBOOK else None
    return Eyes(open_finder(find), open_encoder(encode), tagger)


def cast_of(studio: Studio, names: Sequence[str], eyes: Eyes) -> Cast:
    """What everybody really looks like; other characters of the studio stand for strangers."""
    others = [name for name in studio.characters() if name not in names]
    others = [name for name in others if not studio.character(name).character.members]
    return acquaint(
        eyes, {name: _pictures(studio, name) for name in (*names, *others[:MOST_STRANGERS])}
    )


def _pictures(studio: Studio, name: str) -> list[Pixels]:
    entries = studio.character(name).pictures()
    step = max(1, -(-len(entries) // MOST_REFERENCES))
    return [read(entry.path) for entry in entries[::step]]
