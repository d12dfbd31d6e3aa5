"""Adapters as files: read from every dialect, written in kohya's; knows no base.

What is written is the one form that every program loads: float16, kohya's names and no other key,
alpha per layer, and a header whose `sshs_model_hash` is the SHA-256 of the tensor bytes as written
(AutoV3), read back and verified before the file takes its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import safetensors.torch as safe
import torch
from torch import Tensor

from castmates.adapters.card import AdapterCard, describe
from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.dora_parts import native_of
from castmates.adapters.factors import Adapter, kind_of
from castmates.adapters.header import header_of
from castmates.adapters.keys.dialects import family_of
from castmates.adapters.kinds import ALPHA, DOWN, MID, UP, Broken, factors_of
from castmates.adapters.parts import Opened, opened
from castmates.core.errors import BadInput, CastmatesError, Unfit
from castmates.files.tensors import read_header, tensor_hash
from castmates.files.writing import replacing

__all__ = ["AdapterCard", "adapter_of", "describe", "load", "save", "write"]

UNREAD = {"sd3": "Stable Diffusion 3"}
"""Families whose names are known, but are no base's; whether others fit is the bank's to say."""


def save(
    path: Path,
    adapter: Adapter,
    metadata: Mapping[str, str] | None = None,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write an adapter, whole or not at all.

    Args:
        metadata: header texts of the run (`ss_epoch`, `modelspec.trigger_phrase`, …); module,
            ranks and hash are added. None: those the adapter brought.

    Raises:
        BadInput: the adapter is empty, or `path` is no place for a file.
        CastmatesError: a factor is not finite in this precision; the disk is full; or what was
            written does not read back as it was.
    """
    path = Path(path)
    tensors = _tensors(adapter, dtype)
    shapes = {key: tuple(tensor.shape) for key, tensor in tensors.items()}
    family = family_of(shapes)
    told = adapter.metadata if metadata is None else metadata
    header = header_of(adapter, path, told, family.name if family else "sd15")
    write(path, tensors, header)


def write(path: Path, tensors: Mapping[str, Tensor], texts: Mapping[str, str]) -> str:
    """Write tensors as they are, whole or not at all, with their hash in the header.

    Returns:
        SHA-256 (hex) of the tensors' bytes.

    Raises:
        CastmatesError: the disk is full, or what was written does not read back as it was.
    """
    data, digest = _with_hash(safe.save(dict(tensors)), texts)
    with replacing(path) as beside:
        beside.write_bytes(data)
        if tensor_hash(beside) != digest or set(read_header(beside).shapes) != set(tensors):
            raise CastmatesError(
                f"{path} does not read back as it was written; it was not put in place.",
                "Check the disk, and save again.",
            )
    return digest


def _tensors(adapter: Adapter, dtype: torch.dtype) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for layer, parts, alpha in _layers(adapter):
        for part, factor in parts.items():
            written = factor.detach().to("cpu", dtype).contiguous().clone()
            if not torch.isfinite(written).all():
                raise CastmatesError(
                    f"The adapter '{adapter.name}' has numbers that {dtype} cannot hold ({layer}).",
                    "Take an earlier epoch, or train with a lower rate.",
                )
            found[f"{layer}.{part}"] = written
        found[f"{layer}.{ALPHA}"] = alpha_in(alpha, dtype)
    if not found:
        raise BadInput(f"The adapter '{adapter.name}' has no layers.", "Train it first.")
    return found


def _layers(adapter: Adapter) -> Iterator[tuple[str, Mapping[str, Tensor], float]]:
    """Each layer's name, its tensors by their parts' names, and its alpha."""
    for layer, factors in adapter.factors.items():
        yield layer, {DOWN: factors.down, UP: factors.up}, factors.alpha
    for layer, share in adapter.native.items():
        yield layer, share.parts, share.alpha


def alpha_in(alpha: float, dtype: torch.dtype) -> Tensor:
    """A number in the file's precision where that is exact, as others write it; else in float32."""
    rounded = float(f"{alpha:.7g}")
    short = torch.tensor(rounded, dtype=dtype)
    return short if short.item() == rounded else torch.tensor(rounded, dtype=torch.float32)


def _with_hash(data: bytes, texts: Mapping[str, str]) -> tuple[bytes, str]:
    """The same file with `texts` and its own hash in the header, which the hash does not cover."""
    length = int.from_bytes(data[:8], "little")
    table, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    digest = sha256(body).hexdigest()
    # A legacy hash that was brought along would be another file's.
    own = {key: text for key, text in texts.items() if key != "sshs_legacy_hash"}
    table = {"__metadata__": {**own, "sshs_model_hash": digest}, **table}
    written = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)
    return len(written).to_bytes(8, "little") + written + body, digest


def load(path: Path, name: str | None = None) -> Adapter:
    """Read an adapter file, whoever wrote it: kohya, PEFT, diffusers, LyCORIS, cloneofsimo.

    Alpha may be missing (then it is the rank) or of any dtype; LoRA's factors keep the file's
    precision. LoHa and LoKr become pairs of factors exactly, in float32; DoRAs of any of them stay
    in their own parameters.

    Args:
        name: what prompts will call it; None: the file's name without suffix.

    Raises:
        Missing: there is no such file.
        BadInput: not a whole safetensors file, or a kind or dialect that cannot be read; the
            message says which.
        Unfit: made for a family that castmates does not draw with.
    """
    path = Path(path)
    return adapter_of(opened(path), name)


def adapter_of(file: Opened, name: str | None = None) -> Adapter:
    """The adapter in an opened file. Raises as `load`."""
    _refuse(file)
    try:
        shares = {layer: native_of(layer, parts) for layer, parts in file.layers.items()}
        native = {layer: share for layer, share in shares.items() if share is not None}
        factors = {
            layer: factors_of(layer, parts, file.family)
            for layer, parts in file.layers.items()
            if layer not in native
        }
    except Broken as error:
        raise BadInput(f"{file.path} is broken: {error}.", "Download or train it again.") from error
    kind = kind_of(factors, native)
    return Adapter(name or file.path.stem, kind, factors, file.metadata, native)


def _refuse(file: Opened) -> None:
    demand_factors(file)
    if file.family in UNREAD:
        version = file.metadata.get("ss_base_model_version", "")
        said = f" (its header says '{version}')" if version else ""
        raise Unfit(
            f"{file.path} is an adapter for {UNREAD[file.family]}{said}; castmates draws with no "
            "base of that family.",
            "Take an adapter for your base.",
        )


def demand_factors(file: Opened) -> None:
    """Go on only with a kind that can be read. Raises BadInput, with the kind's name."""
    if file.kind is not None and not file.kind.reads:
        raise BadInput(
            f"{file.path} is {file.kind.words}; castmates reads LoRA, LoCon, LoHa, LoKr and DoRA.",
            "Convert it to a plain LoRA with the program that wrote it.",
        )
    known = {DOWN, UP, MID, ALPHA, MAGNITUDE}
    strange = [
        f"{layer}.{part}"
        for layer, parts in file.layers.items()
        for part in parts
        if part not in known and not part.startswith(("hada_", "lokr_"))
    ]
    if strange or not file.layers:
        raise BadInput(
            f"{file.path} is no adapter file that castmates knows; it holds "
            f"{', '.join(strange[:4]) or 'nothing at all'}.",
            "Give a LoRA, LoCon, LoHa or LoKr.",
        )
