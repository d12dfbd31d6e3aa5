"""An adapter: its layers as pairs of factors or in own parameters; knows no network and no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from torch import Tensor

if TYPE_CHECKING:
    from castmates.adapters.native import Native

Kind = Literal["lora", "locon", "loha", "lokr", "dora"]


@dataclass(frozen=True)
class Factors:
    """One layer's share of an adapter: dW = up · down · scale.

    Attributes:
        down: (r, in) of a linear layer, (r, in, kh, kw) of a convolution; "A" in papers.
        up: (out, r), or (out, r, 1, 1); "B" in papers.
        scale: alpha / r.
    """

    down: Tensor
    up: Tensor
    scale: float

    @property
    def rank(self) -> int:
        return int(self.down.shape[0])

    @property
    def is_wide(self) -> bool:
        """Whether they act on a convolution that sees neighbours (3x3)."""
        return self.down.dim() == 4 and max(self.down.shape[2:]) > 1

    @property
    def alpha(self) -> float:
        return self.scale * self.rank

    def delta(self) -> Tensor:
        """dW in the shape of the layer's weight, float32: (out, in) or (out, in, kh, kw)."""
        flat = self.up.float().flatten(1) @ self.down.float().flatten(1)
        return self.scale * flat.reshape(self.up.shape[0], *self.down.shape[1:])


@dataclass(frozen=True)
class Adapter:
    """What training makes and drawing uses.

    Attributes:
        name: what prompts and weightings call it.
        kind: of pairs of factors "locon" when a convolution wider than 1x1 is among its layers,
            else "lora".
        factors: kohya's name of the layer (`lora_unet_down_blocks_0_…_to_q`) -> its factors.
        metadata: the header of the file it came from; empty for a new one.
        native: layers in their kind's own parameters: LoHa and LoKr as they are trained (read
            from a file they are factors), and every DoRA.
    """

    name: str
    kind: Kind
    factors: Mapping[str, Factors]
    metadata: Mapping[str, str] = field(default_factory=dict)
    native: Mapping[str, Native] = field(default_factory=dict)


def kind_of(factors: Mapping[str, Factors], native: Mapping[str, Native] | None = None) -> Kind:
    """`locon` or `lora`, from the shapes of the factors; with layers of another kind that one."""
    if native and any(share.is_dora for share in native.values()):
        return "dora"
    if native:
        return next(share.form.name for share in native.values())
    return "locon" if any(f.is_wide for f in factors.values()) else "lora"
