"""Build real ONNX models of a few bytes: NHWC BGR 0..255 in, a view of the mean colour out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 8

# Tag: what of the mean (blue, green, red) / 255 must be large. Sigmoid(60 x - 30): sure beyond .6.
COLOURS: dict[str, tuple[float, float, float]] = {
    "1girl": (0, 0, 1),
    "blue_eyes": (1, 0, 0),
    "green_hair": (0, 1, 0),
    "^_^": (0, 0, 1),
}


def write_model(
    folder: Path,
    weights: np.ndarray,
    *,
    batch: int | None = None,
    side: int | None = SIDE,
    sigmoid: bool = True,
) -> None:
    """`model.onnx` whose output is [sigmoid](mean colour / 255 · weights · 60 - 30), (n, k)."""
    nodes = [
        helper.make_node("ReduceMean", ["input", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["seen"]),
        helper.make_node("Add", ["seen", "bias"], ["said" if sigmoid else "output"]),
    ]
    if sigmoid:
        nodes.append(helper.make_node("Sigmoid", ["said"], ["output"]))
    scale, shift = (60.0 / 255.0, -30.0) if sigmoid else (1.0 / 255.0, 0.0)
    values = {
        "axes": np.array([1, 2], np.int64),
        "weights": (weights * scale).astype(np.float32),
        "bias": np.full(weights.shape[1], shift, np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, side, side, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [batch, weights.shape[1]])],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")


def write_tagger(
    folder: Path, lines: Sequence[str] = (), batch: int | None = None, side: int | None = SIDE
) -> Path:
    """A folder with the interface of the WD taggers; `lines` replace those of selected_tags.csv."""
    write_model(folder, np.array(list(COLOURS.values())).T, batch=batch, side=side)
    usual = [f"{i},{name},0,100" for i, name in enumerate(COLOURS)]
    text = "\n".join(["tag_id,name,category,count", *(lines or usual)])
    (folder / "selected_tags.csv").write_text(text + "\n", encoding="utf-8")
    return folder


def plain(red: int, green: int, blue: int, width: int = 12, height: int = 12) -> np.ndarray:
    """A picture of one colour."""
    return np.full((height, width, 3), (red, green, blue), dtype=np.uint8)
