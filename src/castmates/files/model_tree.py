"""Find model files in the folders of other programs; writes nothing and opens no model.

Known by their folders: A1111 and Forge (`models/Stable-diffusion`, `models/Lora`, `embeddings`, …),
ComfyUI (`models/checkpoints`, `models/loras`, …, and what its `extra_model_paths.yaml` names),
diffusers (a folder with `model_index.json` is one model). The table is `model_tree.toml`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from castmates.core.errors import BadInput, CastmatesError, Missing
from castmates.files import comfy_paths
from castmates.files.folders import is_hidden
from castmates.files.trouble import in_words, told

Form = Literal["safetensors", "pickle", "gguf", "folder"]
INDEX = "model_index.json"
"""What a diffusers folder is known by."""


@dataclass(frozen=True)
class ModelFile:
    """A file (or a diffusers folder) that holds a model.

    Attributes:
        hint: the kind that its folder is for; "": the folder does not say.
        place: its path below the folder that was looked through, with forward slashes.
    """

    path: Path
    form: Form
    hint: str = ""
    place: str = ""


@dataclass
class Tree:
    """What a folder holds: models in order, and what could not be looked into."""

    found: list[ModelFile] = field(default_factory=list)
    troubles: list[CastmatesError] = field(default_factory=list)


def look_through(root: Path) -> Tree:
    """All models in a folder and below, links followed, each folder once; or the one file given.

    What may not be read below `root` is a trouble in the answer, and no error.

    Raises:
        Missing: there is no such folder or file.
        BadInput: a file that is no model.
        CastmatesError: the folder itself may not be read.
    """
    root = Path(root).expanduser()
    if not root.exists():
        raise Missing(f"There is no folder or file '{root}'.", "Check the path.")
    if root.is_file():
        return Tree([_given(root)])
    tree, seen = Tree(), set[tuple[int, int]]()
    for start, hint in _starts(root, tree):
        for path, form, kind in _walk(start, hint, seen, tree):
            tree.found.append(ModelFile(path, form, kind, _place(path, root)))
    return tree


def kind_of_folder(name: str) -> str:
    """The kind of model that a folder of this name is for; "" when it says none.

    >>> kind_of_folder("Stable-diffusion")
    'checkpoint'
    """
    return _kinds().get(_plain(name), "")


def form_of(path: Path) -> Form | None:
    """What a file is by its suffix; None: no model."""
    return _forms().get(path.suffix.lower())


def _given(path: Path) -> ModelFile:
    form = form_of(path)
    if form is None:
        wanted = ", ".join(_forms())
        raise BadInput(f"{path} is no model file; wanted one of {wanted}.", "Give one of those.")
    return ModelFile(path, form, _hint_above(path), path.name)


def _starts(root: Path, tree: Tree) -> Iterator[tuple[Path, str]]:
    """The folders to walk, with what they are for: a program's own, or the folder itself."""
    with in_words(root, "read"):
        inside = [root / name for name in sorted(os.listdir(root)) if os.path.isdir(root / name)]
    homes = [path for path in inside if _plain(path.name) in _table()["programs"]["homes"]]
    if homes and not (root / INDEX).is_file():
        others = [path for path in inside if kind_of_folder(path.name)]
        yield from ((path, kind_of_folder(path.name)) for path in (*homes, *others))
    else:
        yield root, kind_of_folder(root.name) or _hint_above(root)
    try:
        named = comfy_paths.read(root)
    except CastmatesError as error:
        tree.troubles.append(error)
        return
    for path, name in named:
        hint = kind_of_folder(name)
        if not hint:
            continue
        if path.is_dir():
            yield path, hint
        else:
            what = f"{root / comfy_paths.FILE} names {path}, which is no folder."
            tree.troubles.append(Missing(what, "Correct that line, or leave it."))


def _walk(
    folder: Path, hint: str, seen: set[tuple[int, int]], tree: Tree
) -> Iterator[tuple[Path, Form, str]]:
    try:
        stat = folder.stat()
        # Links may lead in circles, and to what was looked through already.
        if (stat.st_dev, stat.st_ino) in seen:
            return
        seen.add((stat.st_dev, stat.st_ino))
        entries = sorted(os.listdir(folder))
    except OSError as error:
        tree.troubles.append(told(error, folder, "read"))
        return
    if INDEX in entries:
        yield folder, "folder", "checkpoint"
        return
    for name in entries:
        path = folder / name
        if is_hidden(name):
            continue
        if not _is_text(name):
            what = f"{folder} has a file whose name is no text: {os.fsencode(name)!r}."
            tree.troubles.append(BadInput(what, "Give it another name."))
            continue
        if os.path.isdir(path):
            if _plain(name) not in _table()["skipped"]["folders"]:
                yield from _walk(path, kind_of_folder(name) or hint, seen, tree)
        elif (form := form_of(path)) and os.path.isfile(path) and _counts(path, form, hint):
            yield path, form, hint


def _is_text(name: str) -> bool:
    """Names are bytes to some systems, and those may be of an old encoding."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _counts(path: Path, form: Form, hint: str) -> bool:
    """Pickles lie everywhere; outside models' folders only `.ckpt` means a model."""
    return form != "pickle" or bool(hint) or path.suffix.lower() == ".ckpt"


def _hint_above(path: Path) -> str:
    """What the nearest folder above is for."""
    return next((kind for p in path.parents if (kind := kind_of_folder(p.name))), "")


def _place(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


@cache
def _table() -> dict[str, Any]:
    text = files("castmates.files").joinpath("model_tree.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _kinds() -> dict[str, str]:
    return {name: kind for kind, names in _table()["kinds"].items() for name in names}


@cache
def _forms() -> dict[str, Form]:
    return {suffix: form for form, suffixes in _table()["forms"].items() for suffix in suffixes}
