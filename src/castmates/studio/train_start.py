"""The adapter that a training goes on from: found, and its ranks read; trains nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.kinds import alpha_of
from castmates.adapters.parts import opened
from castmates.core.errors import Missing, Unfit
from castmates.files.settings import load
from castmates.files.studio import CharacterFolder, RunFolder
from castmates.files.tensors import tensor_hash
from castmates.training import start
from castmates.training.recipe import Recipe, changed

if TYPE_CHECKING:
    from castmates.families.base import Base

BEFORE = "the stage before"
"""What a preset's later stages go on from: the newest finished run that began with new factors."""
_HASH = 64
_RANKED = {
    "lora_down.weight": "lora",
    "hada_w1_b": "loha",
    "lokr_w2_b": "lokr",
    "lokr_w1_b": "lokr",
}
"""The part whose first side is the rank -> the kind, in the order they are looked for."""
_YES = ("true", "1", "yes", "on")


@dataclass(frozen=True)
class Start:
    """What is said of a run's beginning.

    Attributes:
        file: an adapter's file, or `the stage before`; empty: new factors.
        with_ranks: kind, ranks and alphas are the file's.
        path: where it lies, once it is found.
    """

    file: str = ""
    with_ranks: bool = False
    path: Path | None = None


def parted(changes: Mapping[str, str]) -> tuple[dict[str, str], Start]:
    """The changes of a recipe of ours without those that say what it begins with."""
    short = {name.rpartition(".")[2]: value for name, value in changes.items()}
    own = {n: v for n, v in changes.items() if n.rpartition(".")[2] not in _NAMES}
    ranks = str(short.get("rank_from_file", short.get("dim_from_weights", ""))).lower() in _YES
    return own, Start(short.get("start_from", short.get("network_weights", "")), ranks)


_NAMES = ("start_from", "network_weights", "rank_from_file", "dim_from_weights")


def begun(
    recipe: Recipe, said: Start, base: Base, folder: CharacterFolder | None, near: Path | None
) -> tuple[Recipe, Start, tuple[str, ...]]:
    """The recipe with the hash of what it goes on from, the file found, and what is to be said.

    Args:
        folder: the character's, whose runs `the stage before` means; None: it is not there yet.
        near: a folder that paths may count from, besides the present one.

    Raises:
        Missing: no such file, or no finished run.
        Unfit: only runs of other kinds or ranks; or ranks asked for of a file that mixes them.
        BadInput: the file is no adapter.
    """
    wanted = said.file or recipe.start_from
    if not wanted:
        if said.with_ranks:
            raise Missing("rank_from_file is set, and no file.", "Add --set start_from=FILE")
        return recipe, said, ()
    path = _found(wanted, recipe, folder, near, with_ranks=said.with_ranks)
    if said.with_ranks:
        recipe = changed(recipe, _ranks(path, base))
    found = changed(recipe, {"start_from": tensor_hash(path)})
    note = f"it goes on from {path}"
    return found, Start(said.file, said.with_ranks, path), (note,)


def _found(
    wanted: str,
    recipe: Recipe,
    folder: CharacterFolder | None,
    near: Path | None,
    *,
    with_ranks: bool,
) -> Path:
    if wanted == BEFORE:
        return _stage_before(recipe, folder, with_ranks=with_ranks)
    if wanted == recipe.start_from and len(wanted) == _HASH:
        return _of_hash(wanted, folder)
    path = Path(wanted).expanduser()
    for place in (path, *([near / path] if near is not None else [])):
        if place.is_file():
            return place
    raise Missing(f"There is no adapter '{wanted}' to go on from.", "Check the path.")


def _stage_before(recipe: Recipe, folder: CharacterFolder | None, *, with_ranks: bool) -> Path:
    """The last epoch of the newest finished run that began with new factors, of the same kind."""
    finished = list(_first_stages(folder))
    for path, made in finished:
        if with_ranks or _kind(made) == _kind(recipe):
            return path
    if not finished:
        who = folder.path.name if folder is not None else "this character"
        raise Missing(
            f"There is no finished run of {who} to go on from.",
            "Train the first stage, or name a file: --set start_from=FILE",
        )
    path, made = finished[0]
    raise Unfit(
        f"The finished runs are no first stage of this one: {path.parent.name} has {_kind(made)}; "
        f"wanted {_kind(recipe)}.",
        "Train the first stage by the same preset, or add --set rank_from_file=true",
    )


def _first_stages(folder: CharacterFolder | None) -> Iterator[tuple[Path, Recipe]]:
    """Newest first."""
    for run in reversed(folder.runs() if folder is not None else []):
        last = run.path / f"{run.path.parent.parent.name}.safetensors"
        if last.is_file() and run.recipe.is_file():
            made = load(run.recipe, Recipe)
            if not made.start_from:
                yield last, made


def _kind(recipe: Recipe) -> str:
    conv = f", 3x3 {recipe.conv_rank}" if recipe.conv_rank else ""
    dora = " with magnitudes" if recipe.dora else ""
    return f"{recipe.kind}{dora} of rank {recipe.rank} (alpha {recipe.alpha:g}{conv})"


def _of_hash(digest: str, folder: CharacterFolder | None) -> Path:
    """A run's own copy of what it went on from, or a saved epoch, by its tensors."""
    for path in _kept(folder.runs() if folder is not None else []):
        if tensor_hash(path) == digest:
            return path
    raise Missing(
        f"The recipe goes on from an adapter that is not in this character's runs ({digest[:12]}).",
        "Name it: --set start_from=FILE",
    )


def _kept(runs: Iterable[RunFolder]) -> Iterator[Path]:
    for run in runs:
        own = run.path / "state" / start.FILE
        yield from [own] if own.is_file() else []
        yield from (path for _, path in run.checkpoints())


def _ranks(path: Path, base: Base) -> dict[str, Any]:
    """kohya's dim_from_weights: kind, ranks and alphas of a file. Raises Unfit: they are mixed."""
    file, modules = opened(path), base.bank.layers
    wide: Counter[tuple[str, int, float]] = Counter()
    plain: Counter[tuple[str, int, float]] = Counter()
    dora = False
    for layer, parts in file.layers.items():
        part = next((name for name in _RANKED if name in parts), None)
        if part is None:
            raise Unfit(f"{path} has no ranks ({layer}).", "Say them: --set rank=16")
        rank, dora = int(parts[part].shape[0]), dora or MAGNITUDE in parts
        kernel = modules[layer].weight.shape[2:] if layer in modules else ()
        into = wide if max(kernel, default=1) > 1 else plain
        into[_RANKED[part], rank, round(alpha_of(layer, parts, rank), 6)] += 1
    if len(plain) != 1 or len(wide) > 1:
        shown = ", ".join(f"{kind} {rank} ({alpha:g})" for kind, rank, alpha in [*plain, *wide])
        raise Unfit(
            f"{path} has not one rank and alpha for all layers: {shown}.",
            "Say them: --set rank=…, block_ranks=…",
        )
    (kind, rank, alpha), text = next(iter(plain)), any(n.startswith("lora_te") for n in file.layers)
    found: dict[str, Any] = {"kind": kind, "rank": rank, "alpha": alpha, "dora": dora}
    _, conv_rank, conv_alpha = next(iter(wide), ("", 0, 0.0))
    return {**found, "conv_rank": conv_rank, "conv_alpha": conv_alpha, "text_encoder": text}
