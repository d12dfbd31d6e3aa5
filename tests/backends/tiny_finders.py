"""Build ONNX finders of a few bytes whose answers are known numbers, whatever the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Shape = Sequence[int | str | None]


def write_constant(
    file: Path,
    answers: Mapping[str, np.ndarray],
    shape: Shape,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A model with an input of `shape` whose outputs are `answers`, for a batch of one.

    The input counts nothing, but is used: each answer has 0 times its mean added.
    """
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    values = {"zero": np.zeros((), np.float32)}
    for name, answer in answers.items():
        values[f"{name}_known"] = answer.astype(np.float32)
        nodes.append(helper.make_node("Add", [f"{name}_known", "nothing"], [name]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, list(shape))],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(answer.shape))
            for name, answer in answers.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    for key, text in (metadata or {}).items():
        model.metadata_props.add(key=key, value=text)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, file)
    return file


SIDE, CELLS, GRAINS = 32, 8, 16


def finder_answers(people: Sequence[tuple[float, Sequence[float]]]) -> dict[str, np.ndarray]:
    """What our own format says of (confidence, box in 0..1) each; the mask is the box.

    Prototype k is 20 inside the k-th box and -20 outside.
    """
    heat = np.zeros((1, CELLS, CELLS))
    boxes = np.zeros((1, 4, CELLS, CELLS))
    coefficients = np.zeros((1, max(1, len(people)), CELLS, CELLS))
    prototypes = np.full((1, max(1, len(people)), GRAINS, GRAINS), -20.0)
    for number, (sure, (left, top, right, bottom)) in enumerate(people):
        row = int((top + bottom) / 2 * CELLS)
        column = int((left + right) / 2 * CELLS)
        heat[0, row, column] = sure
        boxes[0, :, row, column] = left, top, right, bottom
        coefficients[0, number, row, column] = 1
        rows = slice(round(top * GRAINS), round(bottom * GRAINS))
        prototypes[0, number, rows, round(left * GRAINS) : round(right * GRAINS)] = 20
    return {"heat": heat, "boxes": boxes, "coefficients": coefficients, "prototypes": prototypes}


def write_finder(folder: Path, answers: Mapping[str, np.ndarray]) -> Path:
    """A folder with a finder of our own format that takes one picture at a time."""
    write_constant(folder / "model.onnx", answers, [1, SIDE, SIDE, 3])
    return folder
