"""Put the pictures of one prompt in order: likeness × obedience, the best first; draws nothing.

Likeness is to the held-out pictures of the character (all of them, where fewer than two are held
out), on the scale of `castmates.judging.readings`: 1 is what real pictures reach among themselves,
0 what a study of the character measured of the base alone, or where there is none no likeness at
all. Obedience is the share of the tags that the prompt asks for and the tagger finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.events import Began, Tell, Warned
from castmates.core.ports import Pixels
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.judging.likeness import Vectors, alike, among, embedded
from castmates.judging.scores import Judges, load, plain
from castmates.judging.wanted import wanted_tags
from castmates.studio.draw import Read
from castmates.studio.draw_mark import Mark
from castmates.studio.lore import member_of
from castmates.studio.models import take_encoder, take_tagger
from castmates.studio.parse import Parsed


@dataclass(frozen=True)
class _Level:
    """Real pictures of a character, embedded, and where its likeness begins and ends."""

    references: Vectors
    stranger: float
    real: float

    def likeness(self, similarities: NDArray[np.float64]) -> NDArray[np.float64]:
        """0 to 1, of what `alike` measured."""
        reach = max(self.real - self.stranger, 1e-6)
        return np.clip((similarities - self.stranger) / reach, 0.0, 1.0)


@dataclass(frozen=True)
class Jury:
    """Whoever ranks pictures: made before they are drawn, so that nothing is drawn in vain.

    Attributes:
        levels: character -> its real pictures; who has too few is left out.
        wants: expanded prompt -> the tags that it asks for.
    """

    judges: Judges
    levels: Mapping[str, _Level]
    wants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def marks_of(self, read: Read, paths: Sequence[str]) -> list[Mark]:
        """The same of pictures in files."""
        return self.marks(read, [images.read(Path(path)) for path in paths])

    def marks(self, read: Read, pictures: Sequence[Pixels]) -> list[Mark]:
        """The mark of each picture of a wish."""
        vectors = embedded(self.judges.encoder, pictures)
        called = [self.levels[name] for name in read.parsed[0].called if name in self.levels]
        similar = [alike(vectors, one.references) for one in called]
        likeness = [one.likeness(some) for one, some in zip(called, similar, strict=True)]
        said = self.judges.tagger.tags(pictures)
        marks = []
        for i, (parsed, tags) in enumerate(zip(read.parsed, said, strict=True)):
            wanted = self.wants[parsed.prompt]
            seen = {plain(tag.name) for tag in tags}
            found = tuple(tag for tag in wanted if tag in seen)
            like = _mean([some[i] for some in likeness])
            obeyed = round(len(found) / len(wanted), 4) if wanted else None
            factors = [factor for factor in (like, obeyed) if factor is not None]
            marks.append(
                Mark(
                    score=round(float(np.prod(factors)), 4),
                    likeness=like,
                    similarity=_mean([some[i] for some in similar]),
                    obedience=obeyed,
                    wanted=wanted,
                    found=found,
                )
            )
        return marks


def jury_for(studio: Studio, read: Sequence[Read], tell: Tell) -> Jury:
    """The jury for wishes that are read; tells what their pictures are not ranked by.

    Raises:
        BadInput: a prompt has neither a character nor anything that the tagger can see.
    """
    tell(Began(what="Opening the judges"))
    judges = Judges(encoder=take_encoder(), tagger=take_tagger())
    called = dict.fromkeys(name for one in read for name in one.parsed[0].called)
    levels = {name: _level(studio.character(name), judges, tell) for name in called}
    known = {name: level for name, level in levels.items() if level is not None}
    vocabulary = list(judges.tagger.vocabulary())
    wants: dict[str, tuple[str, ...]] = {}
    for one in read:
        own = [word for name in one.parsed[0].called for word in _own(studio.character(name))]
        for parsed in one.parsed:
            wants[parsed.prompt] = tuple(wanted_tags(_words(parsed), vocabulary, own))
        _demand_something(one, known, wants, tell)
    return Jury(judges, known, wants)


def order_of(marks: Sequence[Mark]) -> list[int]:
    """Places of the pictures, the best first; of equal ones the earlier."""

    def rank(i: int) -> tuple[float, float, float]:
        mark = marks[i]
        return (-mark.score, -(mark.obedience or 0.0), -(mark.similarity or 0.0))

    return sorted(range(len(marks)), key=rank)


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _demand_something(
    read: Read, known: Mapping[str, _Level], wants: Mapping[str, tuple[str, ...]], tell: Tell
) -> None:
    """Raises BadInput: there is nothing to rank by."""
    place = f"{read.wish.place}: " if read.wish.place else ""
    alike_ = [name for name in read.parsed[0].called if name in known]
    asks = all(wants[parsed.prompt] for parsed in read.parsed)
    if not alike_ and not asks:
        what = f"{place}there is nothing to rank '{read.wish.words[:60]}' by: no character is in "
        fix = "Leave --best out, or name a character, as in {pip}."
        raise BadInput(f"{what}it, and nothing that the tagger knows.", fix)
    if not alike_:
        tell(Warned(what=f"{place}No character: pictures are ranked by obedience alone."))
    elif not asks:
        what = f"{place}The tagger knows nothing that the prompt asks for"
        tell(Warned(what=f"{what}: pictures are ranked by likeness alone."))


def _level(folder: CharacterFolder, judges: Judges, tell: Tell) -> _Level | None:
    # Late: choosing brings grids and pages along, which drawing alone does not need.
    from castmates.studio.choose import real_pictures

    try:
        real = real_pictures(folder)
    except CastmatesError as error:
        tell(Warned(what=f"'{folder.path.name}' has no likeness: {error.what}", fix=error.fix))
        return None
    references = embedded(judges.encoder, real.references)
    level = float(among(references).mean())
    return _Level(references, min(_stranger(folder), level - 0.01), level)


def _stranger(folder: CharacterFolder) -> float:
    """How alike the base alone is, by the newest study; 0 where none says it."""
    study = folder.newest_study()
    try:
        return load(study).calibration.stranger if study is not None else 0.0
    # Not scored yet, or scored by another version.
    except (CastmatesError, ValueError):
        return 0.0


def _own(folder: CharacterFolder) -> list[str]:
    member = member_of(folder, alone=True)
    return [member.trigger, *member.looks, folder.character.class_word]


def _words(parsed: Parsed) -> str:
    """The words of a prompt that are there at any step, without those that are pushed away."""
    pieces: dict[str, None] = {}
    for step in parsed.plan.steps:
        for condition in step.conditions:
            text = "".join(
                piece.text if piece.weight > 0 else " , "
                for chunk in condition.chunks
                for piece in chunk
            )
            pieces |= {text: None} if condition.weight > 0 else {}
    return "\n".join(pieces)


def best_name(path: Path) -> Path:
    """The name of a picture that is the best of its prompt."""
    return path.with_name(f"{path.stem}-best{path.suffix}")
