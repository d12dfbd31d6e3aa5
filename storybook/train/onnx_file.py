"""Writes a network as ONNX, weights in 8 bits, float32 in and out; trains nothing."""

from __future__ import annotations

import copy
import os
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from storybook.train.trunk import FromPixels, Named

OPSET = 17
SMALL = 512
WHOLE, SCALE = "_whole", "_scale"


def fused(network: nn.Module) -> nn.Module:
    """A copy for inference with every normalisation folded into its convolution."""
    clean = copy.deepcopy(network).cpu().float().eval()
    for module in list(clean.modules()):
        conv, norm = getattr(module, "conv", None), getattr(module, "norm", None)
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(conv, norm)
            module.norm = nn.Identity()
    if isinstance(clean, Named):
        clean.merge()
    return clean


def export(network: nn.Module, path: Path, sigmoid: bool, size: int = 128) -> None:
    """Write `network` (pictures in -1..1) with the WD interface around it, any batch."""
    wrapped = FromPixels(fused(network), sigmoid).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            wrapped,
            (torch.zeros(2, size, size, 3),),
            str(beside),
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(beside)
    shrink(model)
    onnx.checker.check_model(model)
    onnx.save(model, beside)
    os.replace(beside, path)


def shrink(model: onnx.ModelProto) -> None:
    """Store large weights as whole numbers -127..127 with one scale for each output channel."""
    graph = model.graph
    nodes = []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < SMALL or values.ndim < 2:
            continue
        name = weight.name
        rows = np.abs(values).reshape(len(values), -1).max(1)
        scale = np.maximum(rows, 1e-12).astype(np.float32) / 127
        whole = np.rint(values / scale.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
        weight.CopyFrom(numpy_helper.from_array(whole, name + WHOLE))
        graph.initializer.append(numpy_helper.from_array(scale, name + SCALE))
        inputs = [name + WHOLE, name + SCALE]
        nodes.append(helper.make_node("DequantizeLinear", inputs, [name], axis=0))
    for node in reversed(nodes):
        graph.node.insert(0, node)
