"""The layers of a base that adapters can act on, by kohya's names; holds no adapter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from torch import Tensor, nn

from castmates.adapters.factors import Factors
from castmates.adapters.keys.names import Spelling, Spelt, layers, naming, targets
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
    """One layer: kohya's name, the root it belongs to, the module, and its shape.

    Attributes:
        also: other names that files may have for it.
        rows: of a part, which of the whole layer's outputs it makes; None: all.
        parts: the modules that together are this layer, where files hold several as one; the
            first one is `module`. None: it is one module.
    """

    name: str
    root: str
    module: nn.Linear | nn.Conv2d
    shape: Shape
    also: tuple[str, ...] = ()
    rows: slice | None = None
    parts: tuple[Site, ...] = ()

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


def sites_of(
    roots: Mapping[str, nn.Module], spelt: Mapping[str, Spelling] | None = None
) -> dict[str, Site]:
    """Every layer that an adapter could name: kohya's name -> site.

    Args:
        spelt: of a root whose files do not have diffusers' paths.
    """
    found: dict[str, dict[int, Site]] = {}
    for prefix, root in roots.items():
        names, spelling = naming(prefix), (spelt or {}).get(prefix, Spelt)
        for path, module in layers(root):
            said = spelling(path)
            also = () if said.path == path else (names.name(path),)
            name = names.name(said.path)
            one = Site(name, prefix, module, shape_of(module), (*also, *names.others(path)))
            found.setdefault(name, {})[said.place] = one
    return {name: _joined([some[i] for i in sorted(some)]) for name, some in found.items()}


def _joined(parts: Sequence[Site]) -> Site:
    """Several modules as the one layer that files hold."""
    if len(parts) == 1:
        return parts[0]
    whole = replace(parts[0].shape, out=sum(part.shape.out for part in parts))
    return replace(parts[0], shape=whole, also=(), parts=tuple(_with_rows(parts)))


def _with_rows(parts: Sequence[Site]) -> Iterator[Site]:
    first = 0
    for part in parts:
        yield replace(part, rows=slice(first, first + part.shape.out))
        first += part.shape.out


def target_names(
    roots: Mapping[str, nn.Module],
    chosen: Sequence[str] | None,
    conv: bool,
    spelt: Mapping[str, Spelling] | None = None,
) -> list[str]:
    """The default targets, as kohya chooses them, in the networks' own order.

    Args:
        chosen: the roots to take (`lora_unet`, `lora_te`); None: all.
        conv: take the resnets' and samplers' layers too.
        spelt: as of `sites_of`.

    Raises:
        BadInput: no such root.
    """
    found: list[str] = []
    for prefix in roots if chosen is None else chosen:
        if prefix not in roots:
            raise BadInput(f"The base has no part '{prefix}'.", did_you_mean(prefix, roots))
        names, spelling = naming(prefix), (spelt or {}).get(prefix, Spelt)
        wanted = targets(roots[prefix], names, conv)
        found += [
            names.name(spelling(path).path) for path, _ in layers(roots[prefix]) if path in wanted
        ]
    return list(dict.fromkeys(found))
