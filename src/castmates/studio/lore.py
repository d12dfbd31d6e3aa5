"""What the names in a prompt stand for in a studio: its cast, its outfits, its wildcard files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from castmates.captions.outfits import words_of_outfit
from castmates.core.types import Character
from castmates.files.reading import read_words
from castmates.files.studio import CharacterFolder, Studio
from castmates.prompts.expansion import Lore, Member
from castmates.prompts.nodes import Called, nodes_of
from castmates.prompts.reading import WHO, read


def lore_of(studio: Studio | None, words: str, seed: int, who: str | None = None) -> Lore:
    """What names stand for in a studio; only the characters that the words call are read whole.

    Args:
        who: the character that `{who}` stands for, by its words alone if it has no adapter yet.
    """
    if studio is None:
        return Lore(seed=seed)
    called = called_in(words, who)
    wanted = [name for name in studio.characters() if name in called]
    alone = len(wanted) == 1
    cast = {name: member_of(studio.character(name), alone) for name in wanted}
    if who is not None and who in cast:
        cast[who] = replace(cast[who], words_alone=True)
    known = {name: cast.get(name, Member(trigger=name)) for name in studio.characters()}
    return Lore(cast=known, who=who, files=wildcards_of(studio), seed=seed)


def called_in(words: str, who: str | None = None) -> set[str]:
    """The names that a prompt calls, before chance; `{who}` by the name that it stands for."""
    names = {node.name for node in nodes_of(read(words)) if isinstance(node, Called)}
    return {who if name == WHO and who is not None else name for name in names}


def is_chosen(character: Character) -> bool:
    """Whether an adapter and its strength are chosen."""
    return character.adapter is not None and character.strength is not None


def member_of(folder: CharacterFolder, alone: bool) -> Member:
    """A character as prompts bring it; `alone`: nobody else is in the picture."""
    character = folder.character
    count = (f"1{character.class_word}",) if character.class_word else ()
    return Member(
        trigger=character.trigger,
        looks=(*count, *(("solo",) if count and alone else ()), *character.looks),
        adapter=character.name if is_chosen(character) else None,
        strength=character.strength if character.strength is not None else 1.0,
        negative=tuple(part.strip() for part in character.negative.split(",") if part.strip()),
        outfits=_outfits(folder),
    )


def wildcards_of(studio: Studio) -> dict[str, Sequence[str]]:
    """The wildcard files of a studio: `wildcards/hats/red.txt` is `__hats/red__`."""
    root = studio.path / "wildcards"
    return {
        path.relative_to(root).with_suffix("").as_posix(): read_words(path).text.splitlines()
        for path in sorted(root.rglob("*.txt"))
    }


def _outfits(folder: CharacterFolder) -> dict[str, Sequence[str]]:
    """Outfit -> the words that the captions of its pictures have for it."""
    captions: dict[str, list[str]] = {}
    said = {entry.number: entry.caption or "" for entry in folder.pictures()}
    for record in folder.records():
        if record.outfit:
            captions.setdefault(record.outfit, []).append(said.get(record.number, ""))
    return {name: words_of_outfit(texts) for name, texts in captions.items()}
