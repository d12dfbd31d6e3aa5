"""The verb `draw`: pictures from words, each with its shot inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from castmates.adapters.file import load as load_adapter
from castmates.core.errors import BadInput, Missing
from castmates.core.events import Made, Tell, silent
from castmates.core.near import did_you_mean
from castmates.core.types import AdapterUse, Character, Shot, Size, Value, WrittenSize
from castmates.drawing.painter import Drawn, Painter
from castmates.families.base import Base
from castmates.files.images import write_png
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.tensors import tensor_hash
from castmates.prompts.grammar import parse
from castmates.studio.models import base_name, take_base

_size: TypeAdapter[Size] = TypeAdapter(WrittenSize)
_called = re.compile(r"\{([a-z0-9][a-z0-9_-]*)\}")


class Wish(Value):
    """What to draw: the words, and how many pictures from which seed on."""

    words: str = Field(min_length=1)
    negative: str = ""
    number: int = Field(default=4, ge=1, le=256)
    seed: int = Field(default=0, ge=0)
    size: WrittenSize | None = None


def read_size(text: str) -> Size:
    """A size as people write it: "640x768", "512". Raises BadInput."""
    try:
        return _size.validate_python(text)
    except ValidationError:
        what = f"'{text}' is no size; wanted width and height in pixels, 8 to 8192."
        raise BadInput(what, "Write it like: 640x768, or 512 for a square.") from None


def draw(studio: Studio, wish: Wish, *, base: str | None = None, tell: Tell = silent) -> list[Path]:
    """Draw a wish into `drawings/`. `{pip}` stands for a character with its chosen adapter.

    Raises:
        Missing: a character or an adapter that the words name is not there.
        BadInput: the prompt does not read.
    """
    called = characters_in(studio, wish.words)
    words = wish.words
    negative = wish.negative
    for folder in called:
        words = words.replace(f"{{{folder.character.name}}}", expanded(folder))
        negative = ", ".join(part for part in (negative, folder.character.negative) if part)
    prompt = parse(words)
    first = called[0].character if called else None
    opened = take_base(base_name(studio, first, base), tell)
    hashes = bring_adapters(opened, studio, prompt.adapters)
    shots = [
        Shot(
            words=prompt.words,
            negative=negative,
            seed=wish.seed + i,
            size=wish.size,
            adapters=prompt.adapters,
        )
        for i in range(wish.number)
    ]
    return draw_shots(Painter(opened, hashes=hashes), shots, studio.drawings, tell)


def characters_in(studio: Studio, words: str) -> list[CharacterFolder]:
    """The characters that a prompt calls by {name}, each once. Raises Missing with near names."""
    known = studio.characters()
    names = list(dict.fromkeys(_called.findall(words)))
    for name in names:
        if name not in known:
            raise Missing(f"There is no character '{name}'.", did_you_mean(name, known))
    return [studio.character(name) for name in names]


def expanded(folder: CharacterFolder) -> str:
    """What {pip} stands for: trigger, count word, and the chosen adapter at its strength."""
    character = folder.character
    if character.adapter is None or character.strength is None:
        raise Missing(
            f"'{character.name}' has no chosen adapter yet.",
            f"Run: castmates choose {character.name}",
        )
    return f"<lora:{character.name}:{character.strength:g}>{called(character)}"


def called(character: Character) -> str:
    """A character's words at the start of a prompt."""
    count = f", 1{character.class_word}, solo" if character.class_word else ""
    return f"{character.trigger}{count}"


def bring_adapters(base: Base, studio: Studio, uses: Sequence[AdapterUse]) -> dict[str, str]:
    """Load every adapter that a prompt names: a character's, or one of its saved epochs.

    Returns:
        Name -> hash of its tensors (AutoV3), for the infotext.

    Raises:
        Missing: no such adapter; the message offers the nearest.
    """
    known = adapters_of(studio)
    hashes: dict[str, str] = {}
    for name in dict.fromkeys(use.name for use in uses):
        if name not in known:
            raise Missing(f"There is no adapter '{name}'.", did_you_mean(name, known))
        if name not in base.bank.names:
            base.bank.add(load_adapter(known[name], name))
        hashes[name] = tensor_hash(known[name])
    return hashes


def adapters_of(studio: Studio) -> dict[str, Path]:
    """Every adapter of a studio by name: chosen ones win over saved epochs of the same name."""
    found: dict[str, Path] = {}
    for name in studio.characters():
        folder = studio.character(name)
        for run in folder.runs():
            found.update({path.stem: path for _, path in run.checkpoints()})
        if folder.adapter_path.is_file():
            found[name] = folder.adapter_path
    return found


def draw_shots(painter: Painter, shots: Sequence[Shot], into: Path, tell: Tell) -> list[Path]:
    """Draw shots and write them as numbered PNGs; paths in the order of the shots."""
    into.mkdir(parents=True, exist_ok=True)
    first = 1 + max((int(p.stem) for p in into.glob("*.png") if p.stem.isdigit()), default=0)
    paths = [into / f"{first + i:05d}.png" for i in range(len(shots))]
    for drawn in painter.draw(shots, tell):
        write_drawn(drawn, paths[drawn.index])
        tell(Made(what="picture", path=str(paths[drawn.index])))
    return paths


def write_drawn(drawn: Drawn, path: Path) -> None:
    """One picture with its shot inside: A1111's text and our own JSON."""
    write_png(path, drawn.pixels, drawn.texts)
