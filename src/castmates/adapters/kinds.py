"""A layer's tensors in a file -> its pair of factors: LoRA, LoCon, LoHa, LoKr; reads no file.

LyCORIS (Yeh et al. 2023, 2309.14859): LoHa is a Hadamard product of two low-rank matrices, LoKr a
Kronecker product of two, each of which may be full; Tucker forms have a core for the kernel. All of
them are low-rank pairs exactly (`products`); a full LoKr's pair has full rank.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from torch import Tensor

from castmates.adapters.factors import Factors
from castmates.adapters.keys.dotted import kernel_of
from castmates.adapters.products import Pair, hadamard, kronecker, tucker, whole

Parts = Mapping[str, Tensor]
"""A layer's tensors by the parts' names in a file."""

DOWN, UP, MID, ALPHA = "lora_down.weight", "lora_up.weight", "lora_mid.weight", "alpha"


class Broken(ValueError):
    """A layer's tensors do not belong together; the text says which and why."""


def factors_of(layer: str, parts: Parts, family: str = "sd15") -> Factors:
    """The layer's factors; LoRA's keep the file's precision, others are float32.

    Args:
        layer: kohya's name; it tells the kernel where flat tensors do not.
        family: SD 1.x has 1x1 convolutions where others have linear layers.

    Raises:
        Broken: tensors are missing, of wrong shapes, no numbers, or not finite.
    """
    demand_numbers(layer, parts)
    try:
        if any(name.startswith("hada_") for name in parts):
            return _shaped(layer, family, _loha(layer, parts), _scale(layer, parts, "hada_w1_b"))
        if any(name.startswith("lokr_") for name in parts):
            return _lokr(layer, parts, family)
        return _lora(layer, parts)
    except (RuntimeError, ValueError) as error:
        if isinstance(error, Broken):
            raise
        raise Broken(f"the factors of {layer} do not belong together") from error


def demand_numbers(layer: str, parts: Parts) -> None:
    """Raises Broken: the tensors hold whole numbers, or what is none."""
    for name, tensor in parts.items():
        if name != ALPHA and not tensor.is_floating_point():
            raise Broken(f"the factors of {layer} are whole numbers")
        if name != ALPHA and not bool(tensor.isfinite().all()):
            raise Broken(f"{layer} holds numbers that are none")


def alpha_of(layer: str, parts: Parts, rank: int) -> float:
    """The layer's alpha; the rank where there is none.

    Raises:
        Broken: it is not a number.
    """
    alpha = parts.get(ALPHA)
    if alpha is None:
        return float(rank)
    if alpha.numel() != 1 or not math.isfinite(float(alpha.item())):
        raise Broken(f"the alpha of {layer} is not a number")
    # LyCORIS writes 0 where the user left alpha open.
    return float(alpha.item()) or float(rank)


def _lora(layer: str, parts: Parts) -> Factors:
    down, up = _part(layer, parts, DOWN), _part(layer, parts, UP)
    sound = down.dim() in (2, 4) and down.dim() == up.dim()
    if sound and MID in parts:
        core = parts[MID]
        pair = tucker(core.float(), up.float().flatten(1).T, down.float().flatten(1))
        down = pair.down.reshape(-1, down.shape[1], *core.shape[2:])
    if not (sound and down.shape[0] == up.shape[1] > 0):
        raise Broken(f"the factors of {layer} do not belong together")
    return Factors(down, up, _scale(layer, parts, DOWN))


def _loha(layer: str, parts: Parts) -> Pair:
    halves = []
    for half in ("1", "2"):
        a, b = _part(layer, parts, f"hada_w{half}_a"), _part(layer, parts, f"hada_w{half}_b")
        core = parts.get(f"hada_t{half}")
        plain = Pair(a.float(), b.float().flatten(1))
        halves.append(plain if core is None else tucker(core.float(), a.float(), b.float()))
    if halves[0].up.shape[0] != halves[1].up.shape[0]:
        raise Broken(f"the factors of {layer} do not belong together")
    return hadamard(*halves)


def _lokr(layer: str, parts: Parts, family: str) -> Factors:
    ranked = [name for name in ("lokr_w1_b", "lokr_w2_b") if name in parts]
    first, second = _half(layer, parts, "1"), _half(layer, parts, "2")
    if ranked:
        return _shaped(layer, family, kronecker(first, second), _scale(layer, parts, ranked[-1]))
    # Where both are full matrices LyCORIS leaves alpha out of it.
    return _shaped(layer, family, kronecker(first, second), 1.0)


def _half(layer: str, parts: Parts, half: str) -> Pair:
    full, core = parts.get(f"lokr_w{half}"), parts.get("lokr_t2") if half == "2" else None
    if full is not None:
        return whole(full.float().flatten(1))
    a, b = _part(layer, parts, f"lokr_w{half}_a"), _part(layer, parts, f"lokr_w{half}_b")
    if core is not None:
        return tucker(core.float(), a.float(), b.float())
    return Pair(a.float(), b.float().flatten(1))


def _shaped(layer: str, family: str, pair: Pair, scale: float) -> Factors:
    """The pair as the layer's own shapes; `scale` is that of the product."""
    side = kernel_of(layer, family)
    columns = pair.down.shape[1]
    if side is None or columns % side**2:
        return Factors(pair.down, pair.up, scale)
    down = pair.down.reshape(pair.rank, columns // side**2, side, side)
    return Factors(down, pair.up[:, :, None, None], scale)


def _part(layer: str, parts: Parts, name: str) -> Tensor:
    if name not in parts:
        raise Broken(f"{layer} has no {name}")
    return parts[name]


def _scale(layer: str, parts: Parts, ranked: str) -> float:
    """alpha / rank; the rank is the first dimension of `ranked`."""
    rank = max(1, int(parts[ranked].shape[0]))
    return alpha_of(layer, parts, rank) / rank


def pair_of(factors: Factors) -> Pair:
    """The factors with their scale in the first: dW = up · down."""
    return Pair(factors.up.double().flatten(1) * factors.scale, factors.down.double().flatten(1))
