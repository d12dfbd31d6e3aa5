"""Read ComfyUI's `extra_model_paths.yaml`: which folders it looks in; opens none of them.

The file is two levels of `name: value`, where a value may also be lines behind a `|`. Only that is
read; what is more of YAML is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.files.reading import read_utf8

FILE = "extra_model_paths.yaml"
_BLOCKS = ("|", "|-", "|+", ">", ">-", ">+")


def read(home: Path) -> list[tuple[Path, str]]:
    """The folders that the file beside ComfyUI names, each with its key (`loras`, `vae`, …).

    Relative paths count from `base_path`, and that from the file's folder.

    Raises:
        BadInput: a line that is neither a section nor `key: value`.
        CastmatesError: it cannot be read.
    """
    path = home / FILE
    if not path.is_file():
        return []
    found: list[tuple[Path, str]] = []
    for section in _sections(path):
        base = home
        for key, value in section:
            if key == "base_path":
                base = home / Path(value).expanduser()
        found += [(base / Path(value).expanduser(), key) for key, value in section]
    return [(folder, key) for folder, key in found if key != "base_path"]


def _sections(path: Path) -> Iterator[list[tuple[str, str]]]:
    """The entries of each section; a block of lines is an entry a line."""
    entries: list[tuple[str, str]] = []
    block, deep = "", 0
    for number, line in enumerate(read_utf8(path).splitlines(), 1):
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if block and indent > deep:
            entries.append((block, _unquoted(text)))
            continue
        block = ""
        key, colon, value = text.partition(":")
        if not colon:
            what = f"{path}, line {number}: '{text}' is no 'name: folder'."
            raise BadInput(what, "Mend that line.")
        if indent == 0:
            yield entries
            entries = []
        elif value.strip() in _BLOCKS:
            block, deep = key.strip(), indent
        else:
            entries.append((key.strip(), _unquoted(value.strip())))
    yield entries


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text
