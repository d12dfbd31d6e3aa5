"""Where a configuration's pictures lie, and what each folder sets for itself; reads no pictures.

A data set file has three levels; a key is looked up in the folder's own table, then the data set's,
then the general one, then in the configuration itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from castmates.core.types import Value
from castmates.training.configs import kinds
from castmates.training.configs.draft import Draft
from castmates.training.configs.keys import keys_of, near
from castmates.training.configs.neutral import Captions, Folder, Pictures

Table = Mapping[str, Any]


def tables_of(config: Table) -> list[dict[str, Any]]:
    """One table for each folder of a data set file, the upper levels filled in."""
    (general,) = kinds.tables([config.get("general", {})], "general")
    found = []
    for number, dataset in enumerate(kinds.tables(config.get("datasets", []), "datasets")):
        upper = {key: value for key, value in dataset.items() if key != "subsets"}
        for subset in kinds.tables(dataset.get("subsets", []), "subsets"):
            found.append({**general, **upper, **subset, "_dataset": number})
    return found


def read(draft: Draft, tables: Sequence[Table]) -> tuple[Folder, ...]:
    """The folders, and the settings that all of them share put into the draft.

    Args:
        tables: of a data set file; empty: the configuration names its folders itself.
    """
    if not tables:
        return _named(draft)
    for key in ("train_data_dir", "reg_data_dir", "in_json"):
        if draft.has(key):
            draft.findings.ignore(key, why="a data set file stands in its place")
    seen: set[tuple[object, str]] = set()
    shared = [_shared(draft, table) for table in tables]
    together = all(one == shared[0] for one in shared)
    if together:
        for place, value in shared[0].items():
            draft.put(place, value, place)
    found = []
    for table, own in zip(tables, shared, strict=True):
        _check(draft, table, seen)
        folder = _folder(draft, table, {} if together else own)
        if folder is not None:
            found.append(folder)
    return tuple(found)


def _named(draft: Draft) -> tuple[Folder, ...]:
    found = []
    mask = draft.get("conditioning_data_dir") or ""
    if path := draft.get("train_data_dir"):
        metadata = draft.get("in_json") or ""
        parent = not metadata
        found.append(Folder(path=path, parent=parent, mask_folder=mask, metadata=metadata))
    if path := draft.get("reg_data_dir"):
        found.append(Folder(path=path, parent=True, regularization=True))
    return tuple(found)


def _shared(draft: Draft, table: Table) -> dict[str, Any]:
    """The folder's settings that could stand for the whole: `section.setting` -> value."""
    known = keys_of("d")
    found: dict[str, Any] = {}
    for name, value in table.items():
        key = known.get(name)
        if key is not None and key.role == "sets" and value not in (None, ""):
            found[key.becomes] = draft.read(name, value, key.kind)
    if "batch_size" in table:
        found["run.batch"] = draft.read("batch_size", table["batch_size"], "int")
    return found


def _folder(draft: Draft, table: Table, own: Table) -> Folder | None:
    path = str(table.get("image_dir") or "")
    metadata = str(table.get("metadata_file") or "")
    if not (path or metadata):
        draft.findings.ignore("subsets", why="an entry has no image_dir")
        return None
    try:
        return Folder(
            path=path or metadata,
            repeats=draft.read("num_repeats", table.get("num_repeats", 1), "int") or 1,
            regularization=bool(draft.read("is_reg", table.get("is_reg", False), "bool")),
            class_words=str(table.get("class_tokens") or ""),
            mask_folder=str(table.get("conditioning_data_dir") or ""),
            metadata=metadata,
            batch=own.get("run.batch"),
            captions=_part(draft, own, "captions", Captions),
            pictures=_part(draft, own, "pictures", Pictures),
        )
    except ValidationError as error:
        draft.misfit(error, f"{draft.where}, folder {path or metadata}")
        return None


def _part(draft: Draft, own: Table, section: str, kind: type[Value]) -> Any:
    """The folder's own captions or pictures: the whole's settings with its own in their place."""
    mine = {place: value for place, value in own.items() if place.startswith(f"{section}.")}
    if not mine:
        return None
    values = {place: one for place, one in draft.values.items() if place.startswith(f"{section}.")}
    merged = {place.partition(".")[2]: value for place, value in {**values, **mine}.items()}
    return kind.model_validate(merged)


def _check(draft: Draft, table: Table, seen: set[tuple[object, str]]) -> None:
    """Tell what the data set file says in vain, and where kohya would refuse it."""
    known = keys_of("d") if "_dataset" in table else keys_of("de")
    for name, value in table.items():
        if name == "_dataset":
            continue
        if name not in known:
            draft.findings.ignore(name, near=near(name, "d"))
            if "_dataset" in table:
                draft.findings.differ(
                    name, "refuses a data set file with this key", "leaves it out"
                )
        elif known[name].role == "unable" and known[name].asks(value):
            draft.findings.cannot(name, value, known[name].note)
        elif known[name].role == "machine":
            draft.findings.accept(name, value, known[name].note)
        elif known[name].role == "ignored" and known[name].asks(value):
            draft.findings.ignore(name, why=known[name].note)
    if table.get("validation_split") == 0 and isinstance(table["validation_split"], int):
        draft.findings.differ("validation_split", "refuses 0 and wants 0.0", "takes both")
    place = (table.get("_dataset"), str(table.get("image_dir") or ""))
    if place in seen and place[1]:
        draft.findings.differ(
            f"image_dir {place[1]}", "leaves out the second entry of a folder", "takes both"
        )
    seen.add(place)
