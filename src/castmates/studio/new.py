"""The verb `new`: a character from folders of pictures, or more pictures for one that is there."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from castmates.core.errors import BadInput, CastmatesError, Misfits
from castmates.core.events import Tell, Warned, silent
from castmates.core.near import did_you_mean
from castmates.core.types import Character
from castmates.files.studio import CharacterFolder, Studio, slug
from castmates.pictures.bring import Bringing, Brought, bring
from castmates.pictures.goals import LIKENESS, aims, goal_named
from castmates.pictures.kohya import Guess, Place, guess
from castmates.pictures.sources import find

LIKENESSES = ("own drawing", "game or film art", "real person")


@dataclass(frozen=True)
class Answers:
    """What only the user knows of a character; None: not answered, and nothing waits for it."""

    likeness: str | None = None
    consent: str | None = None
    asymmetric: bool | None = None
    colours_matter: bool | None = None
    height_cm: float | None = None
    age: int | None = None
    goal: str | None = None

    def given(self) -> dict[str, Any]:
        """The fields of a Character that were answered."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def open(self) -> tuple[str, ...]:
        """The questions that were not answered, as options are called."""
        needless = ("consent",) if self.likeness == "own drawing" else ()
        names = {"height_cm": "height"}
        # Nobody waits for the goal either: it is a likeness, unless somebody says otherwise.
        asked = aims()[goal_named(self.goal or LIKENESS)].asks
        missing = (key for key in asked if getattr(self, key) is None)
        return tuple(names.get(k, k).replace("_", "-") for k in missing if k not in needless)


@dataclass(frozen=True)
class New:
    """The character's folder, what came in, and what was not answered when it was made."""

    folder: CharacterFolder
    brought: Brought
    unanswered: tuple[str, ...] = ()


def name_from(sources: Sequence[Path]) -> str:
    """A character's name from the first folder's; kohya's `15_pip` and `lora_pip` give `pip`."""
    first = sources[0].resolve()
    stem = first.name if first.is_dir() else first.parent.name
    if first.suffix.lower() == ".zip" and not first.is_dir():
        stem = first.stem
    head, _, rest = stem.partition("_")
    name = slug(rest if (head.isdigit() or head.lower() == "lora") and rest else stem)
    if not name:
        raise BadInput(f"No name can be made from '{stem}'.", "Give one with --name.")
    return name


def new(
    studio: Studio,
    name: str,
    sources: Sequence[Path],
    *,
    trigger: str | None = None,
    class_word: str = "",
    answers: Answers | None = None,
    how: Bringing | None = None,
    tell: Tell = silent,
) -> New:
    """Bring pictures into `cast/<name>/`, which is made when it is not there.

    The same pictures again add nothing; a new character that gets no picture is not made at all.
    One that is there keeps its trigger and class; new answers replace old ones, and `sources` may
    be empty. Where no trigger is given, a kohya folder's name gives one, and it is said.

    Raises:
        BadInput: a name or an answer that does not fit, or a character of this name with another
            trigger or class.
        Others as in `pictures.bring.bring`.
    """
    answers = answers or Answers()
    if name in studio.characters():
        return _more(studio.character(name), sources, (trigger, class_word), answers, how, tell)
    if not sources:
        raise BadInput(
            f"No pictures are given for '{name}'.", f"As in: castmates new {name} FOLDER"
        )
    named = _character(name, trigger or name, class_word, answers)
    guessed = _guessed(studio, sources, tell) if trigger is None else None
    if guessed is not None:
        said = class_word or guessed.class_word
        named = _character(name, guessed.trigger, said, answers)
    else:
        find(sources, keep_out=studio.path / "cast").close()
    _warn_of_namesakes(studio, named, tell)
    _demand_room(studio.path / "cast" / name)
    folder = studio.add_character(named)
    try:
        return New(folder, bring(folder, sources, tell, how), answers.open())
    except CastmatesError:
        if not folder.pictures():
            shutil.rmtree(folder.path)
        raise


def _more(
    folder: CharacterFolder,
    sources: Sequence[Path],
    words: tuple[str | None, str],
    answers: Answers,
    how: Bringing | None,
    tell: Tell,
) -> New:
    known = folder.character
    misfits = Misfits()
    for key, wanted in zip(("trigger", "class_word"), words, strict=True):
        there = getattr(known, key)
        if wanted and there and wanted != there:
            misfits.add(
                BadInput(
                    f"There is a character '{known.name}' already, with {key} = '{there}'; "
                    f"'{wanted}' is asked for.",
                    "Use another name, or change character.toml and tag again.",
                )
            )
    misfits.raise_if_any()
    given = answers.given()
    if not sources and not given:
        raise BadInput(
            f"No pictures are given for '{known.name}'.",
            f"As in: castmates new {known.name} FOLDER",
        )
    merged = {**known.model_dump(), **_read(given)}
    merged["class_word"] = known.class_word or words[1]
    after = _validated(merged)
    brought = bring(folder, sources, tell, how) if sources else Brought()
    if after != known:
        folder.save(after)
    return New(folder, brought)


def _character(name: str, trigger: str, class_word: str, answers: Answers) -> Character:
    _demand_one_tag(trigger)
    words = {"name": name, "trigger": trigger, "class_word": class_word}
    return _validated({**words, **_read(answers.given())})


def _read(given: dict[str, Any]) -> dict[str, Any]:
    """The answers, with words written with hyphens or capitals read as they are meant."""
    if "goal" in given:
        given = {**given, "goal": goal_named(given["goal"])}
    if "likeness" not in given:
        return given
    plain = str(given["likeness"]).replace("-", " ").replace("_", " ").strip().lower()
    if plain and plain not in LIKENESSES:
        fix = did_you_mean(plain, LIKENESSES)
        raise BadInput(f"'{given['likeness']}' is no likeness that is known.", fix)
    return {**given, "likeness": plain}


def _validated(data: dict[str, Any]) -> Character:
    try:
        return Character.model_validate(data)
    except ValidationError as error:
        misfits = Misfits()
        for problem in error.errors():
            misfits.add(_misfit(str(problem["loc"][0]), problem))
        misfits.raise_if_any()
        raise


def _demand_one_tag(trigger: str) -> None:
    """Captions are tags between commas, a line each: a trigger has to be one of them."""
    if "\n" in trigger or "," in trigger.replace("\\,", "") or trigger != trigger.strip():
        shown = trigger.replace("\n", "\\n")
        near = " ".join(trigger.replace(",", " ").split())
        raise BadInput(
            f"The trigger '{shown}' would be several tags, or none, in a caption; wanted one.",
            f"As in: --trigger '{near}'",
        )


def _misfit(key: str, problem: Any) -> BadInput:
    found = problem["input"]
    if key == "name":
        near = slug(str(found))
        return BadInput(
            f"'{found}' cannot be a character's name; wanted lower case, a-z 0-9 _ -.",
            f"As in: {near}" if near else "As in: pip",
        )
    return BadInput(f"{key} = '{found}' does not fit: {problem['msg']}.", "Give another.")


def _guessed(studio: Studio, sources: Sequence[Path], tell: Tell) -> Guess | None:
    """The trigger that the folders' names say; said either way where they say one at all."""
    found = find(sources, keep_out=studio.path / "cast")
    captions: dict[Place, list[str]] = defaultdict(list)
    with closing(found):
        for source in found.pictures:
            if source.place.words:
                words = source.caption()
                captions[source.place] += [words[1].text] if words else []
    seen = guess(captions)
    if seen is not None:
        what = f"The folder '{seen.folder}' says: trigger '{seen.trigger}'"
        what += f", class '{seen.class_word}'." if seen.class_word else "."
        tell(Warned(what=what, fix="Change it in character.toml where it is wrong."))
    elif captions:
        names = ", ".join(f"'{place.folder}'" for place in captions)
        what = f"The folders {names} do not say one trigger; the character's name is taken."
        tell(Warned(what=what, fix="Give one with --trigger. Several characters? One at a time."))
    return seen


def _warn_of_namesakes(studio: Studio, named: Character, tell: Tell) -> None:
    for other in studio.characters():
        if studio.character(other).character.trigger == named.trigger:
            what = f"'{other}' has the trigger '{named.trigger}' as well."
            tell(Warned(what=what, fix="Together in one picture they would be mixed up."))


def _demand_room(path: Path) -> None:
    """Refuse to make a character where somebody keeps other files."""
    if path.is_dir() and (files := sorted(p for p in path.rglob("*") if p.is_file())):
        raise BadInput(
            f"{path} has files in it ({files[0].name}), but no character.toml.",
            "Move them away, or put character.toml back.",
        )
