"""Fills a network from the ONNX file it was shipped as, so that training goes on; trains nothing.

The file holds convolutions with their normalisation folded in. Each normalisation is put back with
the statistics of real pictures, such that the network says exactly what the file says.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from storybook.train.onnx_file import SCALE, WHOLE

PREFIX = "network."


def read_weights(path: Path) -> dict[str, Tensor]:
    """Name in the network -> float32 weights."""
    stored = {w.name: numpy_helper.to_array(w) for w in onnx.load(path).graph.initializer}
    found = {}
    for name, values in stored.items():
        plain = name.removesuffix(WHOLE)
        if name != plain:
            scale = stored[plain + SCALE].reshape(-1, *[1] * (values.ndim - 1))
            values = values.astype(np.float32) * scale
        found[plain.removeprefix(PREFIX)] = torch.from_numpy(values.copy()).float()
    return found


@torch.no_grad()
def refill(network: nn.Module, path: Path, pictures: Tensor) -> None:
    """Give `network` the weights of the file at `path`.

    Args:
        pictures: (n, 3, s, s) in -1..1 to take the statistics of the normalisations from.
    """
    weights = read_weights(path)
    own = network.state_dict()
    network.load_state_dict({k: weights.get(k, v) for k, v in own.items()})
    pairs = [
        (name, module.conv, module.norm)
        for name, module in network.named_modules()
        if isinstance(getattr(module, "norm", None), nn.BatchNorm2d)
    ]
    seen: dict[str, Tensor] = {}
    hooks = []
    for name, conv, norm in pairs:
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.fill_(1)
        norm.bias.copy_(weights[f"{name}.conv.bias"])
        hooks.append(conv.register_forward_hook(partial(_remember, seen, name)))
    network.eval()(pictures)
    for hook in hooks:
        hook.remove()
    for name, _, norm in pairs:
        mean, variance = seen[name].mean((0, 2, 3)), seen[name].var((0, 2, 3))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)
    network.train()


def _remember(
    seen: dict[str, Tensor], name: str, _: nn.Module, __: tuple[Tensor, ...], result: Tensor
) -> None:
    seen[name] = result
