"""Read the prompts that samples are drawn from while training: kohya's three formats; draws none.

    1girl, pip, forest --w 512 --h 768 --s 28 --l 7.5 --d 42 --ss euler_a --n lowres, bad hands

One prompt a line in a text file, `#` in the first column is a comment; or TOML (`[prompt]` with
`[[prompt.subset]]`), or JSON (a list). What sd-scripts would make of the same line is known here
too (`as_kohya`), and where it differs from what the line plainly says, that is said.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.files.reading import read_utf8


@dataclass(frozen=True)
class SamplePrompt:
    """One picture to draw.

    Attributes:
        width, height: pixels, multiples of 8, at least 64.
        steps: 1 to 1000.
        guidance: classifier-free guidance; `distilled` is Flux's own.
        seed: None: another one each time.
        sampler: kohya's name; "": the one of the run.
        control: picture for a control net; `flow_shift` of flow models.
        said: the fields that were written; the others hold what sd-scripts takes instead,
            whatever the base draws.
        at: the line, or the entry of a list, counted from 1.
    """

    words: str
    negative: str = ""
    width: int = 512
    height: int = 512
    steps: int = 30
    guidance: float = 7.5
    seed: int | None = None
    sampler: str = ""
    distilled: float | None = None
    control: str = ""
    control_ratio: float | None = None
    renorm: float | None = None
    flow_shift: float | None = None
    said: frozenset[str] = field(default=frozenset(), compare=False)
    at: int = field(default=1, compare=False)

    @property
    def sized(self) -> bool:
        """Whether a size was written."""
        return not _sides.isdisjoint(self.said)


@dataclass(frozen=True)
class Prompts:
    """The prompts of a file, and what is worth saying of it (`line 3: …`).

    Attributes:
        unread: those notes that tell what could not be read, and was left out.
    """

    prompts: tuple[SamplePrompt, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def _side(text: str) -> int:
    return max(64, int(text) - int(text) % 8)


def _steps(text: str) -> int:
    return max(1, min(1000, int(text)))


_options: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "w": ("width", r"\d+", _side),
    "h": ("height", r"\d+", _side),
    "d": ("seed", r"\d+", int),
    "s": ("steps", r"\d+", _steps),
    "l": ("guidance", r"[\d.]+", float),
    "g": ("distilled", r"[\d.]+", float),
    "n": ("negative", r".+", str.strip),
    "ss": ("sampler", r".+", str.strip),
    "cn": ("control", r".+", str.strip),
    "ctr": ("control_ratio", r"[\d.]+", float),
    "rcfg": ("renorm", r"[\d.]+", float),
    "fs": ("flow_shift", r"[\d.]+", float),
}
"""Option -> the field it sets, the pattern of its value, and how the value is read."""

_keys = {
    "prompt": "words",
    "negative_prompt": "negative",
    "width": "width",
    "height": "height",
    "sample_steps": "steps",
    "scale": "guidance",
    "guidance_scale": "distilled",
    "seed": "seed",
    "sample_sampler": "sampler",
    "controlnet_image": "control",
    "ctr": "control_ratio",
    "renorm_cfg": "renorm",
    "flow_shift": "flow_shift",
}
_sides = frozenset(("width", "height"))
"""Keys of lists, and fields."""
_unused = frozenset(("enum", "subset", "frame_count"))
# An option is `--` and its letters; what stands before may lack the space, what follows may be `=`.
_option = re.compile(r"(?P<gap>\s*)--(?P<name>[A-Za-z]+)(?=[\s=\d]|$)[\s=]*")


def read_line(line: str) -> Prompts:
    """One prompt line; the notes say what kohya would read otherwise."""
    found, unread = _plainly(line)
    notes = [*unread]
    theirs = as_kohya(line)
    for one in fields(SamplePrompt):
        ours, their = getattr(found, one.name), getattr(theirs, one.name)
        if one.compare and ours != their:
            notes.append(
                f"{one.name} is {_shown(ours)}; sd-scripts reads {_shown(their)} here, because "
                "it parts a line at every space with two dashes, and nowhere else"
            )
    return Prompts((found,), tuple(notes), tuple(unread))


def _plainly(line: str) -> tuple[SamplePrompt, list[str]]:
    marks = [mark for mark in _option.finditer(line) if _is_option(mark)]
    ends = [*(mark.start() for mark in marks[1:]), len(line)] if marks else []
    words = line[: marks[0].start()] if marks else line
    values: dict[str, Any] = {"words": words.strip()}
    notes: list[str] = []
    for mark, end in zip(marks, ends, strict=True):
        name, text = mark["name"].lower(), line[mark.end() : end].strip()
        if name not in _options:
            near = did_you_mean(name, _options)
            notes.append(f"there is no option '--{mark['name']}', it is left out. {near}")
            continue
        place, pattern, read = _options[name]
        value = re.match(pattern, text)
        try:
            if value is None:
                raise ValueError(text)
            values[place] = read(value[0])
        except ValueError:
            notes.append(f"'--{name}' wants a value and has '{text}'; it is left out")
            continue
        if rest := text[value.end() :].strip():
            notes.append(f"'{rest}' behind '--{name}' is left out")
    return SamplePrompt(**values, said=frozenset(values)), notes


def _is_option(mark: re.Match[str]) -> bool:
    """Known names count wherever they stand; others only after a space, as in kohya."""
    return mark["name"].lower() in _options or bool(mark["gap"])


def as_kohya(line: str) -> SamplePrompt:
    """What sd-scripts makes of the same line (`line_to_prompt_dict`): the oracle of `read_line`.

    It parts the line at a space and two dashes; a part is an option when it begins with the
    letters, one space and a value, and whatever follows a number is dropped without a word.
    """
    parts = line.split(" --")
    values: dict[str, Any] = {"words": parts[0].strip()}
    for part in parts:
        for name, (place, pattern, read) in _options.items():
            if found := re.match(f"{name} ({pattern})", part, re.IGNORECASE):
                try:
                    values[place] = read(found[1])
                except ValueError:
                    break
                break
    return SamplePrompt(**values)


def read_text(text: str) -> Prompts:
    """A `.txt` of prompts: one a line; `#` in the first column is a comment."""
    lines = enumerate(text.splitlines(), 1)
    return _gathered(
        [
            _placed(read_line(line.strip()), "line", number)
            for number, line in lines
            if line.strip() and not line.startswith("#")
        ]
    )


def _placed(found: Prompts, kind: str, number: int) -> Prompts:
    """The same with its place."""
    notes, unread = (
        tuple(f"{kind} {number}: {note}" for note in some) for some in (found.notes, found.unread)
    )
    return Prompts(tuple(replace(one, at=number) for one in found.prompts), notes, unread)


def _gathered(found: Sequence[Prompts]) -> Prompts:
    return Prompts(
        tuple(prompt for one in found for prompt in one.prompts),
        tuple(note for one in found for note in one.notes),
        tuple(note for one in found for note in one.unread),
    )


def read_file(path: Path) -> Prompts:
    """A prompt file by its ending: `.toml`, `.json`, else text.

    Raises:
        Missing, BadInput: it is not there, is not what its ending says, or holds no prompt.
    """
    text = read_utf8(path)
    try:
        if path.suffix == ".toml":
            found = _listed(_subsets(tomllib.loads(text)))
        elif path.suffix == ".json":
            found = _listed(json.loads(text))
        else:
            found = read_text(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise BadInput(f"{path} is not {path.suffix[1:].upper()}: {error}.") from error
    except ValueError as error:
        raise BadInput(f"{path}: {error}.", "Mend that entry.") from error
    if not found.prompts:
        raise BadInput(f"{path} holds no prompt.", "Write one prompt a line.")
    return found


def _subsets(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    common = data.get("prompt", {})
    if not isinstance(common, dict):
        raise ValueError("'prompt' is no table; wanted [prompt] and [[prompt.subset]]")
    subsets = common.get("subset", [{}] if "prompt" in common else [])
    if not isinstance(subsets, list) or not all(isinstance(one, dict) for one in subsets):
        raise ValueError("'prompt.subset' is no list of tables; wanted [[prompt.subset]]")
    for one in subsets:
        yield {**{key: value for key, value in common.items() if key != "subset"}, **one}


def _listed(entries: Any) -> Prompts:
    if isinstance(entries, Mapping | str | int | float | None):
        raise ValueError("this is no list of prompts")
    return _gathered(
        [_placed(_entry(entry, number), "entry", number) for number, entry in enumerate(entries, 1)]
    )


def _entry(entry: Any, number: int) -> Prompts:
    if isinstance(entry, str):
        return read_line(entry)
    if not isinstance(entry, Mapping):
        raise ValueError(f"entry {number} is neither a text nor a table")
    values = {_keys[key]: _typed(key, value) for key, value in entry.items() if key in _keys}
    notes = tuple(
        f"unknown key '{key}'. {did_you_mean(key, _keys)}"
        for key in entry
        if key not in _keys and key not in _unused
    )
    prompt = SamplePrompt(**{"words": "", **values}, said=frozenset(values))
    return Prompts((prompt,), notes, notes)


def _typed(key: str, value: object) -> Any:
    if key in _sides:
        return _side(str(value))
    if key == "sample_steps":
        return _steps(str(value))
    if key == "seed":
        return int(str(value))
    if key in ("scale", "guidance_scale", "ctr", "renorm_cfg", "flow_shift"):
        return float(str(value))
    return str(value)


def _shown(value: object) -> str:
    return (
        "none"
        if value is None or value == ""
        else f"'{value}'"
        if isinstance(value, str)
        else str(value)
    )
