"""Read somebody's configuration as it is: what it means, and everything worth telling about it.

    imported = read(Path("config.toml"))
    imported.settings          every setting, filled in
    imported.report.lines()    ignored keys, differences to kohya, machine keys, what is not done

Three dialects: sd-scripts TOML (with its data set file), kohya_ss JSON, LoRA_Easy TOML. What they
look like decides, not the file's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput, Missing
from castmates.core.types import Value
from castmates.files.reading import read_utf8
from castmates.training.configs import (
    easy,
    flows,
    folders,
    lengths,
    networks,
    optimizers,
    pitfalls,
    posted,
    window,
)
from castmates.training.configs.draft import Draft
from castmates.training.configs.neutral import TrainingSettings
from castmates.training.configs.report import Findings, Report


class Imported(Value):
    """A configuration: its settings, and what is told about it."""

    settings: TrainingSettings
    report: Report


def read(path: Path, changes: Mapping[str, object] | None = None) -> Imported:
    """A configuration file.

    Args:
        changes: keys of sd-scripts that beat the file's, as its command line would.

    Raises:
        Missing: the file, or the data set file it names, is not there.
        BadInput: it is no configuration, or values do not fit; all of them at once.
    """
    path = Path(path)
    return parse(read_utf8(path), str(path), beside=path.parent, changes=changes)


def parse(
    text: str,
    where: str,
    *,
    beside: Path | None = None,
    changes: Mapping[str, object] | None = None,
) -> Imported:
    """The same for text.

    Args:
        where: what the text is called in messages.
        beside: folder that the path of a data set file may be relative to.
    """
    found = posted.read(text, where)
    findings = Findings(notes=list(found.notes))
    dialect, letters, pairs, tables = _told_apart(found, findings)
    pairs |= changes or {}
    if not pairs and not tables:
        raise BadInput(f"{where} holds no setting.", "Give a training configuration.")
    if isinstance(named := pairs.get("dataset_config"), str) and named:
        tables = folders.tables_of(_dataset_file(named, beside, findings))
    draft = Draft(where, pairs, letters, findings)
    draft.sort(pairs, letters)
    _family(draft)
    networks.read(draft)
    flows.read(draft)
    optimizers.read(draft)
    lengths.read(draft)
    places = folders.read(draft, tables)
    settings = draft.settings({"folders": places})
    pitfalls.tell(draft, settings, bool(tables))
    return Imported(settings=settings, report=findings.report(dialect))


def _told_apart(
    found: posted.Posted, findings: Findings
) -> tuple[str, str, dict[str, object], list[dict[str, Any]]]:
    """Dialect, its letters in the table, pairs in sd-scripts' keys, and tables of folders."""
    data = found.data
    if "datasets" in data:
        return "a data set file of sd-scripts", "s", {}, folders.tables_of(data)
    if found.format == "json":
        return "kohya_ss JSON", "sg", window.pairs_of(data, findings), []
    if easy.looks_so(data):
        return "LoRA_Easy TOML", "se", easy.pairs_of(data, findings), easy.tables_of(data)
    return "sd-scripts TOML", "s", _flat(data), []


def _flat(data: Mapping[str, Any]) -> dict[str, object]:
    """One level of tables is taken apart; what comes later wins, as in sd-scripts."""
    found: dict[str, object] = {}
    for name, value in data.items():
        if isinstance(value, dict):
            found.update(value)
        else:
            found[name] = value
    return found


def _dataset_file(named: str, beside: Path | None, findings: Findings) -> dict[str, Any]:
    places = [Path(named)] if beside is None else [beside / named, Path(named)]
    for path in places:
        if path.is_file():
            found = posted.read(read_utf8(path), str(path))
            for note in found.notes:
                findings.note(f"{path.name}: {note}")
            return found.data
    raise Missing(
        f"The data set file '{named}' that the configuration names is not there.",
        "Put it beside the configuration, or mend dataset_config.",
    )


def _family(draft: Draft) -> None:
    """Which family the file says it is for, as far as it says."""
    for key, family in (
        ("v2", "sd2"),
        ("sdxl", "sdxl"),
        ("flux1_checkbox", "flux"),
        ("sd3_checkbox", "sd3"),
    ):
        if draft.get(key, "bool"):
            draft.put("base.family", family, key)
    if draft.get("v_parameterization"):
        draft.put("base.prediction", "v_prediction", "v_parameterization")
