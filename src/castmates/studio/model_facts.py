"""From a model's file to what is known of it, by its header alone; nothing is unpickled or loaded.

Of a pickle (.ckpt, .pt) only the zip's directory is looked at: whether it is whole. What it holds,
its folder says.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput, CastmatesError
from castmates.families.facts import stated
from castmates.families.recognising import Recognised, recognise
from castmates.families.shelf import FAMILIES
from castmates.files.model_memory import stamp
from castmates.files.model_tree import INDEX, ModelFile
from castmates.files.reading import read_utf8
from castmates.files.tensors import Header, read_header
from castmates.files.trouble import in_words
from castmates.studio.model_index import Model, digits_of

_TAGS, _LETTERS = 12, 300
_NETWORKS = ("unet", "transformer")
"""Where a diffusers folder keeps what tells its family."""


def facts_of_file(file: ModelFile) -> Model:
    """What a model is.

    Raises:
        Missing: it is no longer there.
        BadInput: it is broken or cut off.
        CastmatesError: it may not be read.
    """
    look = {"safetensors": _safetensors, "folder": _folder, "pickle": _pickle, "gguf": _gguf}
    name = file.path.name if file.form == "folder" else file.path.stem
    about = look[file.form](file)
    return Model.model_validate(
        {
            "name": name,
            "path": str(file.path),
            "place": file.place,
            "form": file.form,
            "bytes": stamp(file.path)[0],
            **about,
        }
    )


def _safetensors(file: ModelFile) -> dict[str, Any]:
    header = read_header(file.path)
    found = recognise(header.shapes)
    return {**_recognised(found, file.hint), **_metadata(header)}


def _recognised(found: Recognised | None, hint: str) -> dict[str, Any]:
    """What the weights say; where they say nothing, the folder does."""
    if found is None:
        problem = "castmates does not know its weights."
        if hint:
            problem += f" It is called a {hint} for the folder that it lies in."
        return {"kind": hint or "unknown", "problems": (problem,)}
    problems = [found.problem] if found.problem else []
    if hint and hint != found.kind and {hint, found.kind} != {"checkpoint", "network"}:
        problems.append(
            f"It lies in a folder for {hint} files, where other programs do not offer "
            f"a {found.kind}."
        )
    about = found.model_dump(include={"kind", "families", "variant", "traits"})
    return {**about, "problems": tuple(problems)}


def _metadata(header: Header) -> dict[str, Any]:
    told = {key: _plain(value) for key, value in header.metadata.items() if value != "None"}
    clip_skip = told.get("modelspec.encoder_layer", told.get("ss_clip_skip", ""))
    trigger = told.get("modelspec.trigger_phrase", "")
    return {
        "alias": told.get("ss_output_name", ""),
        "triggers": (trigger,) if trigger else (),
        "tags": commonest_tags(header.metadata.get("ss_tag_frequency", "")),
        "base": told.get("ss_sd_model_name", ""),
        "stated_hash": digits_of(told.get("sshs_model_hash", "")),
        "licence": told.get("modelspec.license", ""),
        "resolution": told.get("modelspec.resolution", ""),
        "prediction": told.get("modelspec.prediction_type", ""),
        "clip_skip": int(clip_skip) if clip_skip in ("1", "2", "3", "4") else None,
    }


def _plain(text: str) -> str:
    """What others wrote, without what would move a terminal's cursor, and not without end."""
    return "".join(letter for letter in text[:_LETTERS] if letter.isprintable()).strip()


def commonest_tags(text: str) -> tuple[tuple[str, int], ...]:
    """The tags of `ss_tag_frequency` (JSON: folder -> tag -> pictures), most first.

    What others wrote may be nothing that can be read; then there are none.
    """
    try:
        folders = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return ()
    counts: Counter[str] = Counter()
    for tags in folders.values() if isinstance(folders, dict) else ():
        for tag, number in tags.items() if isinstance(tags, dict) else ():
            if type(number) is int and number > 0 and tag.strip():
                counts[_plain(tag)] += number
    return tuple(counts.most_common(_TAGS))


def _folder(file: ModelFile) -> dict[str, Any]:
    """A diffusers folder: what a family of castmates says of it, else its network's weights."""
    said = stated(file.path)
    about: dict[str, Any] = {"kind": "checkpoint"}
    own = [name for name in FAMILIES if not FAMILIES.take(name).lacks(file.path)]
    found = None if own else _by_network(file.path)
    if own:
        about |= {"families": (said.family or own[0],), "opens": True}
    elif found is not None:
        about |= found.model_dump(include={"families", "variant", "traits"})
    else:
        about["problems"] = (f"Its family is not known here: {_class_name(file.path)}.",)
    return {
        **about,
        "licence": said.licence or "",
        "may_sell": said.may_sell,
        "prediction": said.prediction or "",
    }


def _by_network(folder: Path) -> Recognised | None:
    for part in _NETWORKS:
        shapes: dict[str, tuple[int, ...]] = {}
        for path in sorted((folder / part).glob("*.safetensors")):
            shapes |= read_header(path).shapes
        if shapes:
            return recognise(shapes)
    return None


def _class_name(folder: Path) -> str:
    """What `model_index.json` calls its pipeline."""
    try:
        found = json.loads(read_utf8(folder / INDEX))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{folder / INDEX} is not JSON.", "Download the model again.") from error
    said = found.get("_class_name") if isinstance(found, dict) else None
    return f"it says {said}" if isinstance(said, str) else "it does not say"


def _pickle(file: ModelFile) -> dict[str, Any]:
    """Whether it is whole; a pickle may run anything when it is opened, so it is not."""
    with in_words(file.path, "read"), file.path.open("rb") as stream:
        start = stream.read(4)
    if not start:
        raise BadInput(f"{file.path} is empty.", "Download it again.")
    said = "It is a pickle, which may run a program when it is opened; castmates does not let it."
    if start.startswith(b"PK"):
        try:
            with zipfile.ZipFile(file.path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            what = f"{file.path} is cut off: the directory at its end is missing."
            raise BadInput(what, "Download it again.") from error
        if not any(name.endswith("data.pkl") for name in names):
            raise BadInput(f"{file.path} is a zip, but none that torch wrote.", "Take it away.")
    return {"kind": file.hint or "unknown", "problems": (said,)}


def _gguf(file: ModelFile) -> dict[str, Any]:
    with in_words(file.path, "read"), file.path.open("rb") as stream:
        if stream.read(4) != b"GGUF":
            raise BadInput(f"{file.path} is no GGUF file.", "Download it again.")
    said = "It is a GGUF file, whose weights castmates does not read."
    return {"kind": file.hint or "unknown", "problems": (said,)}


def broken(file: ModelFile, error: CastmatesError) -> str:
    """The sentence by which a file that was skipped is told."""
    return error.what if str(file.path) in error.what else f"{file.path}: {error.what}"
