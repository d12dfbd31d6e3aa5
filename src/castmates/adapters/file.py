"""Adapters as files: kohya's safetensors form, the one that every program loads; knows no base.

float16, kohya's names and no other key, alpha per layer, and a header whose `sshs_model_hash` is
the SHA-256 of the tensor bytes as written (AutoV3), read back and verified before the file takes
its place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import safetensors.torch as safe
import torch
from safetensors import SafetensorError
from torch import Tensor

from castmates.adapters.card import AdapterCard, describe
from castmates.adapters.factors import Adapter, Factors, kind_of
from castmates.adapters.header import header_of
from castmates.adapters.keys.dialects import family_of, foreign_kind
from castmates.core.errors import BadInput, CastmatesError, Unfit
from castmates.files.tensors import read_header, tensor_hash
from castmates.files.writing import replacing

__all__ = ["AdapterCard", "describe", "load", "save"]

DOWN, UP, ALPHA = "lora_down.weight", "lora_up.weight", "alpha"
READABLE = ("sd15", "sd2")
"""Families whose names `load` reads; whether the shapes fit is the bank's to say."""
PICKLES = (".pt", ".pth", ".ckpt", ".bin")


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
    header = header_of(adapter, path, adapter.metadata if metadata is None else metadata)
    data, digest = _with_hash(safe.save(tensors), header)
    with replacing(path) as beside:
        beside.write_bytes(data)
        if tensor_hash(beside) != digest or set(read_header(beside).shapes) != set(tensors):
            raise CastmatesError(
                f"{path} does not read back as it was written; it was not put in place.",
                "Check the disk, and save again.",
            )


def _tensors(adapter: Adapter, dtype: torch.dtype) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for layer, factors in adapter.factors.items():
        for part, factor in ((DOWN, factors.down), (UP, factors.up)):
            written = factor.detach().to("cpu", dtype).contiguous().clone()
            if not torch.isfinite(written).all():
                raise CastmatesError(
                    f"The adapter '{adapter.name}' has numbers that {dtype} cannot hold ({layer}).",
                    "Take an earlier epoch, or train with a lower rate.",
                )
            found[f"{layer}.{part}"] = written
        found[f"{layer}.{ALPHA}"] = _alpha(factors.alpha, dtype)
    if not found:
        raise BadInput(f"The adapter '{adapter.name}' has no layers.", "Train it first.")
    return found


def _alpha(alpha: float, dtype: torch.dtype) -> Tensor:
    """In the file's precision where that is exact, as others write it; else in float32."""
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
    """Read an adapter file.

    Alpha may be missing (then it is the rank) or of any dtype; factors keep the file's precision.

    Args:
        name: what prompts will call it; None: the file's name without suffix.

    Raises:
        Missing: there is no such file.
        BadInput: not a whole safetensors file, or a kind or dialect that cannot be read yet; the
            message says which.
        Unfit: made for another base family.
    """
    path = Path(path)
    if path.suffix.lower() in PICKLES and path.is_file():
        raise BadInput(
            f"{path} is a pickle, which can run anything when it is opened.",
            "Convert it to .safetensors with the program that wrote it.",
        )
    header = read_header(path)
    _refuse(header.shapes, header.metadata, path)
    try:
        tensors = safe.load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", "Download it again.") from error
    factors = {layer: _factors(layer, tensors, path) for layer in _layers(tensors, path)}
    return Adapter(name or path.stem, kind_of(factors), factors, header.metadata)


def _refuse(shapes: Mapping[str, tuple[int, ...]], told: Mapping[str, str], path: Path) -> None:
    foreign = foreign_kind(shapes)
    if foreign is not None:
        raise BadInput(
            f"{path} is {foreign.words}; castmates reads LoRA and LoCon in kohya's form so far.",
            "Convert it to a plain LoRA with the program that wrote it.",
        )
    family = family_of(shapes)
    if family is not None and family.name not in READABLE:
        version = told.get("ss_base_model_version", "")
        said = f" (its header says '{version}')" if version else ""
        raise Unfit(
            f"{path} is an adapter for {family.words}{said}; castmates draws with Stable Diffusion "
            "1.x bases so far.",
            "Take an adapter for Stable Diffusion 1.x.",
        )


def _layers(tensors: Mapping[str, Tensor], path: Path) -> list[str]:
    """The layers of a kohya file. Raises BadInput: keys of no known form."""
    strange = [
        key
        for key in tensors
        if not key.startswith(("lora_unet_", "lora_te_"))
        or key.partition(".")[2] not in (DOWN, UP, ALPHA)
    ]
    if strange or not tensors:
        what = ", ".join(strange[:4]) or "nothing at all"
        raise BadInput(
            f"{path} is no adapter file that castmates knows; it holds {what}.",
            "Give a LoRA or LoCon in kohya's form.",
        )
    return list(dict.fromkeys(key.partition(".")[0] for key in tensors))


def _factors(layer: str, tensors: Mapping[str, Tensor], path: Path) -> Factors:
    down, up = tensors.get(f"{layer}.{DOWN}"), tensors.get(f"{layer}.{UP}")
    if down is None or up is None:
        raise _broken(path, f"{layer} has no {DOWN if down is None else UP}")
    if not (down.dim() in (2, 4) and down.dim() == up.dim() and down.shape[0] == up.shape[1] > 0):
        raise _broken(path, f"the factors of {layer} do not belong together")
    if not (down.is_floating_point() and up.is_floating_point()):
        raise _broken(path, f"the factors of {layer} are whole numbers")
    if not (torch.isfinite(down).all() and torch.isfinite(up).all()):
        raise _broken(path, f"{layer} holds numbers that are none")
    rank = int(down.shape[0])
    return Factors(down, up, _given_alpha(layer, tensors, path, rank) / rank)


def _given_alpha(layer: str, tensors: Mapping[str, Tensor], path: Path, rank: int) -> float:
    alpha = tensors.get(f"{layer}.{ALPHA}")
    if alpha is None:
        return float(rank)
    if alpha.numel() != 1 or not math.isfinite(alpha.item()):
        raise _broken(path, f"the alpha of {layer} is not a number")
    # LyCORIS writes 0 where the user left alpha open.
    return float(alpha.item()) or float(rank)


def _broken(path: Path, why: str) -> BadInput:
    return BadInput(f"{path} is broken: {why}.", "Download or train it again.")
