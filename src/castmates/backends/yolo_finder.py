"""Say where somebody is by a YOLO-type ONNX file; knows no training and no other code than ours.

Any file of the usual shapes is served: input (n, 3, h, w) RGB 0..1, letterboxed on grey; outputs as
`yolo_rows` tells, and prototypes (n, m, mh, mw) where it knows masks. Only the format is used.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castmates.backends.finding import (
    Boxes,
    Fit,
    Values,
    assembled,
    box_overlaps,
    corners_of,
    distinct,
    inside,
    letterboxed,
)
from castmates.backends.onnx_model import open_session
from castmates.backends.yolo_rows import Layout, Rows, layout_of, rows_of
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.near import did_you_mean
from castmates.core.ports import Found, Pixels

USUAL_THRESHOLD = 0.35
USUAL_SIDE = 640
_SAME = 0.6
_CANDIDATES, _MOST = 1000, 100
_LONGEST_NAMES = 200_000


class YoloFinder:
    """A finder (port `core.ports.Finder`) from a YOLO-type ONNX file; boxes, and masks if it has.

    Args:
        file: the .onnx file; names of classes are read from its metadata `names`.
        classes: find only these; none: whatever the file knows.

    Raises:
        Missing: no such file.
        BadInput: the file is broken, its names cannot be read, or a class is not among them.
        Unfit: inputs or outputs of other shapes.
    """

    def __init__(self, file: Path, classes: Sequence[str] = ()) -> None:
        if not file.is_file():
            raise Missing(f"There is no file {file}.", "Check the path; it ends with .onnx.")
        self.file = file
        self._session = open_session(file)
        self._input = self._session.get_inputs()[0]
        self._batch, self._high, self._wide = _input_shape(self._session, file)
        told = self._session.get_modelmeta().custom_metadata_map.get("names")
        self.names = None if told is None else names_of(told, file)
        self._wanted = self._chosen(classes)
        blank = np.zeros((self._high, self._wide, 3), np.uint8)
        answer, prototypes = self._outputs(self._answers(blank))
        self._masks = 0 if prototypes is None else len(prototypes)
        count = None if self.names is None else max(self.names, default=-1) + 1
        size = (self._high, self._wide)
        self._layout = layout_of((len(answer), answer.shape[1]), size, count, self._masks)

    @property
    def name(self) -> str:
        return self.file.stem

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        """For each picture whom it shows, most confident first; with masks if the file has them.

        Args:
            pictures: (H, W, 3) uint8 each; sizes may differ.
            at_least: confidence below which somebody is left out; None: `USUAL_THRESHOLD`.

        Raises:
            CastmatesError: the model failed, or its numbers are not finite.
        """
        floor = USUAL_THRESHOLD if at_least is None else at_least
        return [self._one(picture, floor) for picture in pictures]

    def _chosen(self, classes: Sequence[str]) -> frozenset[int] | None:
        names = self.names or {}
        for one in classes:
            if one not in names.values():
                known = did_you_mean(one, names.values())
                raise BadInput(f"{self.file} knows no class '{one}'.", known)
        return frozenset(i for i, name in names.items() if name in classes) if classes else None

    def _one(self, picture: Pixels, floor: float) -> list[Found]:
        paper, fit = letterboxed(picture, self._high, self._wide)
        answer, prototypes = self._outputs(self._answers(paper))
        rows = rows_of(answer, self._layout, self._masks, floor)
        if self._wanted is not None:
            rows = rows.taken(np.isin(rows.classes, list(self._wanted)))
        rows = rows if self._layout is Layout.FINISHED else _once(rows)
        rows = rows.taken(np.arange(min(len(rows.sure), _MOST)))
        size = np.array([self._wide, self._high] * 2, np.float32)
        corners: Boxes = (rows.boxes / size).astype(np.float32)
        masks = _masks(fit, corners, rows.coefficients, prototypes)
        names = self.names or {}
        return [
            Found(box, min(max(float(sure), 0.0), 1.0), names.get(kind, f"class {kind}"), mask)
            for box, sure, kind, mask in zip(
                corners_of(fit.boxes(corners)), rows.sure, rows.classes.tolist(), masks, strict=True
            )
        ]

    def _answers(self, paper: Pixels) -> list[NDArray[np.float32]]:
        values = paper.transpose(2, 0, 1)[None].astype(np.float32) / 255
        values = np.repeat(values, self._batch, axis=0)
        kind = np.float16 if "float16" in self._input.type else np.float32
        try:
            answers = self._session.run(None, {self._input.name: values.astype(kind)})
        # onnxruntime's errors share no class of their own.
        except Exception as error:
            raise CastmatesError(f"{self.name} failed: {error}", "Use another model.") from error
        found = [np.asarray(one, np.float32) for one in answers]
        if not all(np.isfinite(one).all() for one in found):
            raise CastmatesError(f"{self.name} answers with numbers that are not finite.", "")
        return found

    def _outputs(self, answers: list[Values]) -> tuple[Values, Values | None]:
        """The rows of the first picture, and its prototypes if there are any."""
        shapes = [one.shape for one in answers]
        fits = [len(shape) for shape in shapes] in ([3], [3, 4])
        if not fits or any(shape[0] != self._batch for shape in shapes):
            raise Unfit(
                f"{self.file}: the model answers with {[list(shape) for shape in shapes]}; wanted "
                "(n, numbers, anchors), and maybe prototypes (n, m, h, w).",
                "Export it for detection or segmentation, as YOLOv8 and later do.",
            )
        return answers[0][0], answers[1][0] if len(answers) == 2 else None


def names_of(told: str, file: Path) -> dict[int, str]:
    """Number of a class -> its name, from the text of a dict or a list. Raises BadInput."""
    try:
        found = ast.literal_eval(told[:_LONGEST_NAMES])
        pairs = found.items() if isinstance(found, dict) else enumerate(found)
        return {int(number): str(name) for number, name in pairs}
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise BadInput(
            f"{file}: the names of its classes cannot be read; found {told[:60]!r}, wanted "
            "{0: 'person', …}.",
            "Export it anew.",
        ) from error


def _input_shape(session: Any, file: Path) -> tuple[int, int, int]:
    """Batch, height and width; what the file leaves open is 1 and `USUAL_SIDE`. Raises Unfit."""
    inputs = session.get_inputs()
    shape = list(inputs[0].shape) if inputs else []
    fits = len(inputs) == 1 and len(shape) == 4 and shape[1] in (3, None)
    if not fits or inputs[0].type not in ("tensor(float)", "tensor(float16)"):
        raise Unfit(
            f"{file}: the model wants {[list(one.shape) for one in inputs]}; wanted one input "
            "(n, 3, height, width) of floating numbers.",
            "Use a YOLO-type model; a finder of our own format is opened as onnx:FOLDER.",
        )
    batch, _, high, wide = (one if isinstance(one, int) and one > 0 else None for one in shape)
    return batch or 1, high or USUAL_SIDE, wide or USUAL_SIDE


def _once(rows: Rows) -> Rows:
    """Leave out who overlaps somebody surer of the same class."""
    rows = rows.taken(np.arange(min(len(rows.sure), _CANDIDATES)))
    same = rows.classes[:, None] == rows.classes[None]
    return rows.taken(distinct(box_overlaps(rows.boxes, rows.boxes) * same, _SAME))


def _masks(
    fit: Fit, corners: Boxes, coefficients: Values, prototypes: Values | None
) -> list[NDArray[np.bool_] | None]:
    """A mask for each row, cut at its box; None for each where there are no prototypes."""
    if prototypes is None:
        return [None] * len(corners)
    values = assembled(coefficients, prototypes)
    near = inside(corners, prototypes.shape[1], prototypes.shape[2])
    values = np.where(near, values, np.float32(0))
    return [fit.stretched(one) > 0.5 for one in values]
