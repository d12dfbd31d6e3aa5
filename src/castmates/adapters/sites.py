"""The layers of a base that adapters can act on, by kohya's names; holds no adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from torch import Tensor, nn

from castmates.adapters.factors import Factors
from castmates.adapters.keys.names import layers, naming, targets
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean


@dataclass(frozen=True)
class Shape:
    """What factors must fit: channels out and in, and the kernel; () for a linear layer."""

    out: int
    into: int
    kernel: tuple[int, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether it is a convolution that sees neighbours (3x3), which `conv_rank` is for."""
        return max(self.kernel, default=1) > 1

    def down(self, rank: int) -> tuple[int, ...]:
        return (rank, self.into, *self.kernel)

    def up(self, rank: int) -> tuple[int, ...]:
        return (self.out, rank, *(1 for _ in self.kernel))

    def __str__(self) -> str:
        kernel = "x".join(map(str, self.kernel))
        return f"{self.into}->{self.out}" + (f" {kernel}" if kernel else "")


@dataclass(frozen=True)
class Site:
    """One layer: kohya's name, the root it belongs to, the module, and its shape."""

    name: str
    root: str
    module: nn.Linear | nn.Conv2d
    shape: Shape

    def fitted(self, factors: Factors) -> Factors | None:
        """The factors in this layer's own form; None when they do not fit.

        A linear layer's factors serve a 1x1 convolution and the other way round: programs differ
        in how they see `proj_in`. Flat factors serve any kernel: a LoHa's file has no other.
        """
        rank = factors.rank
        down, up = self.shape.down(rank), self.shape.up(rank)
        if factors.down.shape == (rank, prod(down[1:])) and factors.up.shape[:2] == up[:2]:
            return replace(factors, down=_shaped(factors.down, down), up=_shaped(factors.up, up))
        if _plain(factors.down.shape) != _plain(down) or _plain(factors.up.shape) != _plain(up):
            return None
        if factors.down.shape == down and factors.up.shape == up:
            return factors
        return replace(factors, down=_shaped(factors.down, down), up=_shaped(factors.up, up))


def _plain(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape without the two ones of a 1x1 kernel."""
    return tuple(shape[:2]) if len(shape) == 4 and tuple(shape[2:]) == (1, 1) else tuple(shape)


def _shaped(factor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return factor.reshape(shape)


def shape_of(module: nn.Linear | nn.Conv2d) -> Shape:
    if isinstance(module, nn.Conv2d):
        return Shape(module.out_channels, module.in_channels, tuple(module.kernel_size))
    return Shape(module.out_features, module.in_features)


def sites_of(roots: Mapping[str, nn.Module]) -> dict[str, Site]:
    """Every layer that an adapter could name: kohya's name -> site."""
    found: dict[str, Site] = {}
    for prefix, root in roots.items():
        names = naming(prefix)
        for path, module in layers(root):
            name = names.name(path)
            found[name] = Site(name, prefix, module, shape_of(module))
    return found


def target_names(
    roots: Mapping[str, nn.Module], chosen: Sequence[str] | None, conv: bool
) -> list[str]:
    """The default targets, as kohya chooses them, in the networks' own order.

    Args:
        chosen: the roots to take (`lora_unet`, `lora_te`); None: all.
        conv: take the resnets' and samplers' layers too.

    Raises:
        BadInput: no such root.
    """
    found: list[str] = []
    for prefix in roots if chosen is None else chosen:
        if prefix not in roots:
            raise BadInput(f"The base has no part '{prefix}'.", did_you_mean(prefix, roots))
        names = naming(prefix)
        wanted = targets(roots[prefix], names, conv)
        found += [names.name(path) for path, _ in layers(roots[prefix]) if path in wanted]
    return found
