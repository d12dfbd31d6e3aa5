"""kohya's names of layers, and which layers an adapter targets by default; knows no factors."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from torch import nn


class Spelt(NamedTuple):
    """A layer's path as files have it.

    Attributes:
        place: which part of that layer it is, where files hold several of ours as one (Flux's q, k
            and v).
    """

    path: str
    place: int = 0


Spelling = Callable[[str], Spelt]
"""A layer's path in diffusers -> as the family's files have it."""


@dataclass(frozen=True)
class Naming:
    """How the layers of one root are named, and the classes whose layers are targets."""

    prefix: str
    plain: tuple[str, ...]
    conv: tuple[str, ...]
    under: str
    also: tuple[str, ...] = ()

    def name(self, path: str) -> str:
        """`mid_block.attentions.0.proj_in` -> `lora_unet_mid_block_attentions_0_proj_in`."""
        return self._names(path, (self.prefix,))[0]

    def others(self, path: str) -> tuple[str, ...]:
        """The same with the prefixes that files may have, too."""
        return self._names(path, self.also)

    def _names(self, path: str, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        nested = path if path.startswith(self.under) else self.under + path
        return tuple(f"{prefix}_{nested.replace('.', '_')}" for prefix in prefixes)


@cache
def naming(prefix: str) -> Naming:
    """The table's entry for a prefix (`lora_unet`, `lora_te`). Raises KeyError: no such entry."""
    table = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))[prefix]
    plain, conv, also = (tuple(table.get(key, ())) for key in ("plain", "conv", "also"))
    return Naming(prefix, plain, conv, table["under"], also)


def layers(root: nn.Module) -> Iterator[tuple[str, nn.Linear | nn.Conv2d]]:
    """Path and module of every layer that an adapter can act on, in the network's own order.

    Grouped convolutions and such that pad with something else than zeros are left out: the joined
    kernel does not know them.
    """
    for path, module in root.named_modules():
        if isinstance(module, nn.Linear) or (
            isinstance(module, nn.Conv2d) and module.groups == 1 and module.padding_mode == "zeros"
        ):
            yield path, module


def targets(root: nn.Module, names: Naming, conv: bool) -> set[str]:
    """The paths of the default targets below `root`; with `conv` those of convolutions too."""
    classes = names.plain + (names.conv if conv else ())
    inside = {
        f"{path}." for path, module in root.named_modules() if type(module).__name__ in classes
    }
    return {path for path, _ in layers(root) if any(path.startswith(place) for place in inside)}
