"""The bank: the adapters of one base, and the weighting of each row of a batch; knows no files.

The base's modules are not replaced: adapters are forward hooks behind them. State dict, names and
types of the base stay what they are, and `eject` takes every trace away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from castmates.adapters import limits
from castmates.adapters.beside import Beside
from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.fitting import fitted
from castmates.adapters.gate import Gate, RowGate
from castmates.adapters.kernel import Layer, Moment
from castmates.adapters.keys.names import Spelling
from castmates.adapters.native import Native
from castmates.adapters.sites import Shape, sites_of, target_names
from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean


class Bank:
    """Adapters on a base.

    Args:
        roots: kohya's prefix -> network: {"lora_unet": unet, "lora_te": text_encoder}.
        base: the base's name, for messages.
        spelt: how the family's files spell the paths of a root; none: as diffusers does.

    Example:
        >>> with bank.rows([{"pip": 0.8}, {"pip": 0.4, "moss": 1.0}]):  # doctest: +SKIP
        ...     out = unet(latents, t, text)    # 2 rows, or 4: both halves of guidance
    """

    def __init__(
        self,
        roots: Mapping[str, nn.Module],
        base: str = "this base",
        spelt: Mapping[str, Spelling] | None = None,
    ) -> None:
        self.base = base
        self._roots, self._spelt = dict(roots), dict(spelt or {})
        self._sites = sites_of(roots, spelt)
        self._adapters: dict[str, Adapter] = {}
        self._layers: dict[str, tuple[Layer, ...]] = {}
        self._now = Moment()
        self._hooks: list[RemovableHandle] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The adapters in the bank, in the order they came."""
        return tuple(self._adapters)

    @property
    def roots(self) -> tuple[str, ...]:
        """The prefixes of the networks that adapters act on."""
        return tuple(self._roots)

    @property
    def layers(self) -> dict[str, nn.Linear | nn.Conv2d]:
        """Every layer that an adapter could name -> the base's own module."""
        return {name: site.module for name, site in self._sites.items()}

    def add(self, adapter: Adapter) -> None:
        """Put an adapter in. It acts only inside `rows` that name it.

        Raises:
            BadInput: an adapter of this name is there already.
            Unfit: layers that the base does not have, or of other shapes; all told at once.
        """
        if adapter.name in self._adapters:
            raise BadInput(
                f"An adapter '{adapter.name}' is loaded already.", "Give one of them another name."
            )
        fits = fitted(adapter, self._sites, self.base)
        native = {
            layer: share.mapped(partial(_moved, device=self._sites[layer].module.weight.device))
            for layer, share in fits.native.items()
        }
        self._put(replace(fits, native=native))

    def remove(self, name: str) -> None:
        """Take an adapter out. Raises Missing: there is none of this name."""
        held = self._adapter(name)
        for layer in (*held.factors, *held.native):
            for part in self._layers[layer]:
                part.take(name)
            if self._layers[layer][0].is_empty:
                del self._layers[layer]
        del self._adapters[name]
        if not self._adapters:
            self._unhook()

    def adapter(self, name: str) -> Adapter:
        """A copy of an adapter as it is now; later training does not change it. Raises Missing."""
        held = self._adapter(name)
        copies = {
            layer: Factors(f.down.detach().clone(), f.up.detach().clone(), f.scale)
            for layer, f in held.factors.items()
        }
        native = {
            layer: share.mapped(lambda part: part.detach().clone())
            for layer, share in held.native.items()
        }
        return replace(held, factors=copies, native=native)

    @contextmanager
    def rows(self, rows: Sequence[Mapping[str, float]]) -> Iterator[None]:
        """Inside, row i of a forward's batch has the strengths `rows[i]`: adapter -> strength.

        A forward's batch may be a multiple of the rows: halves (guidance) repeat them in order.
        Strengths of 0 everywhere, or no rows, leave the base to the bit. Blocks may nest: the
        inner weighting replaces the outer one. A backward that recomputes forwards (gradient
        checkpointing) must run inside, too.

        Raises:
            Missing: an adapter that is not in the bank.
        """
        for name in {name for row in rows for name in row}:
            self._adapter(name)
        with self.gated(RowGate.of(rows)):
            yield

    @contextmanager
    def gated(self, gate: Gate | Beside | None) -> Iterator[None]:
        """The same with any gate; None: the base alone."""
        before, self._now.gate = self._now.gate, gate
        try:
            yield
        finally:
            self._now.gate = before

    def train_one(self, name: str) -> list[nn.Parameter]:
        """Make an adapter's numbers trainable: float32 parameters where the base's layers lie.

        They compute in the base's precision (autocast included); gradients reach them in float32.
        The base's own parameters are not touched: the caller freezes them. Raises Missing.
        """
        held = self._adapter(name)
        self.remove(name)
        factors = {}
        for layer, f in held.factors.items():
            device = self._sites[layer].module.weight.device
            factors[layer] = Factors(_trainable(f.down, device), _trainable(f.up, device), f.scale)
        native = {
            layer: share.mapped(partial(_trainable, device=self._sites[layer].module.weight.device))
            for layer, share in held.native.items()
        }
        self._put(replace(held, factors=factors, native=native))
        return list(self.parameters(name).values())

    def parameters(self, name: str) -> dict[str, nn.Parameter]:
        """What is trained by its keys in a file: `<layer>.lora_down.weight`, `….hada_w1_a`, ….

        Empty for an adapter that is not being trained. Raises Missing.
        """
        found: dict[str, nn.Parameter] = {}
        for layer, f in self._adapter(name).factors.items():
            for part, factor in (("lora_down", f.down), ("lora_up", f.up)):
                if isinstance(factor, nn.Parameter):
                    found[f"{layer}.{part}.weight"] = factor
        for layer, share in self._adapter(name).native.items():
            for part, tensor in share.parts.items():
                if isinstance(tensor, nn.Parameter):
                    found[f"{layer}.{part}"] = tensor
        return found

    def metadata(self, name: str) -> Mapping[str, str]:
        """The header that an adapter came with; empty for a new one. Raises Missing."""
        return self._adapter(name).metadata

    @contextmanager
    def called(self, name: str, other: str) -> Iterator[None]:
        """Inside, the adapter has another name. Raises Missing; BadInput: that name is taken."""
        self._rename(name, other)
        try:
            yield
        finally:
            self._rename(other, name)

    def scale_down(self, name: str, most: float) -> None:
        """Keep every layer's weight difference within a norm (`limits`). Raises Missing."""
        limits.scale_down(self._adapter(name), most)

    def module_names(
        self, targets: Sequence[str] | None = None, *, conv: bool = False
    ) -> list[str]:
        """kohya's names of the default targets: attention and feed-forward; with `conv` the
        resnets and samplers too.

        Args:
            targets: roots to take ("lora_unet", "lora_te"); None: all.

        Raises:
            BadInput: no such root.
        """
        return target_names(self._roots, targets, conv, self._spelt)

    def shapes(
        self, targets: Sequence[str] | None = None, *, conv: bool = False
    ) -> dict[str, Shape]:
        """The default targets with the shapes that factors must fit. Raises as `module_names`."""
        return {n: self._sites[n].shape for n in self.module_names(targets, conv=conv)}

    def eject(self) -> None:
        """Take every adapter out and leave the base's modules as they were found."""
        for name in self.names:
            self.remove(name)

    def _adapter(self, name: str) -> Adapter:
        if name not in self._adapters:
            raise Missing(f"No adapter '{name}' is loaded.", did_you_mean(name, self._adapters))
        return self._adapters[name]

    def _rename(self, name: str, other: str) -> None:
        held = self._adapter(name)
        if other == name:
            return
        if other in self._adapters:
            raise BadInput(
                f"An adapter '{other}' is loaded already.", "Give one of them another name."
            )
        self.remove(name)
        self._put(replace(held, name=other))

    def _put(self, adapter: Adapter) -> None:
        self._adapters[adapter.name] = adapter
        shares: dict[str, Factors | Native] = {**adapter.factors, **adapter.native}
        for name, share in shares.items():
            if name not in self._layers:
                site = self._sites[name]
                self._layers[name] = tuple(Layer(one, self._now) for one in site.parts or (site,))
            for part in self._layers[name]:
                part.put(adapter.name, share)
        if not self._hooks:
            self._hook()

    def _hook(self) -> None:
        """Note each forward's length of batch: layers inside may see tokens or heads as rows."""
        for prefix, root in self._roots.items():

            def note(
                _: nn.Module, given: tuple[Any, ...], named: dict[str, Any], prefix: str = prefix
            ) -> None:
                self._now.batch[prefix] = _length(given, named)

            self._hooks.append(root.register_forward_pre_hook(note, with_kwargs=True))

    def _unhook(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._now.batch.clear()


def _moved(part: Tensor, device: torch.device) -> Tensor:
    return part.detach().to(device, torch.float32)


def _trainable(factor: Tensor, device: torch.device) -> nn.Parameter:
    return nn.Parameter(factor.detach().to(device, torch.float32, copy=True).contiguous())


def _length(given: tuple[Any, ...], named: Mapping[str, Any]) -> int:
    """The rows of a network's first tensor with any: latents, or token numbers."""
    for value in (*given, *named.values()):
        if isinstance(value, Tensor) and value.dim() > 0:
            return len(value)
    raise ValueError("a network was called without tensors")
