"""Open a folder with an ONNX model that looks at pictures, and run it; knows not what it says.

The folder holds `model.onnx` (input (n, side, side, 3) float BGR 0..255) and, for what is not in
the model, `card.toml` (name, licence, may_sell, size, threshold; other keys are for people).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from castmates.backends.model_card import read_card
from castmates.backends.preparing import prepared
from castmates.backends.providers import CPU, demand, providers_of
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Pixels

BATCH = 16
"""Pictures that go through a model at a time."""

THREADS = 2
_ERRORS_ONLY = 3
_USUAL_SIZE = 448


class OnnxModel:
    """A model on the CPU or another device. It is loaded when it is made.

    Args:
        folder: holds `model.onnx` and, maybe, `card.toml`.
        provider: what computes: a word of `providers.PROVIDERS`, or "auto".

    Raises:
        Missing: no such folder or file, or the provider is not there.
        BadInput: the model or its card is broken.
        Unfit: the model wants another kind of input.
    """

    def __init__(self, folder: Path | Traversable, provider: str = CPU) -> None:
        self.folder = folder
        self.card = read_card(folder)
        if not (folder / "model.onnx").is_file():
            raise Missing(f"There is no model.onnx in {folder}.", "Put the model there.")
        self._session = open_session(folder / "model.onnx", provider)
        self._input = self._session.get_inputs()[0]
        shape = list(self._input.shape)
        if len(self._session.get_inputs()) != 1 or len(shape) != 4 or shape[3] not in (3, None):
            raise Unfit(
                f"{folder}: the model wants {shape}; wanted (n, side, side, 3).",
                "Use a model with the interface of the WD taggers.",
            )
        side = shape[1] if isinstance(shape[1], int) else self.card.size
        self.side: int = side or _USUAL_SIZE
        # Old exports have a fixed batch; as many pictures as it wants go in, the last repeated.
        self._batch: int | None = shape[0] if isinstance(shape[0], int) else None

    @property
    def name(self) -> str:
        return self.card.name if self.card.name != "unnamed" else self.folder.name

    @property
    def width(self) -> int | None:
        """How many numbers come out per picture; None when the file does not say."""
        last = self._session.get_outputs()[0].shape[-1]
        return last if isinstance(last, int) else None

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what comes out."""
        return tuple(output.name for output in self._session.get_outputs())

    def run(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """(n, k) float32: the model's first output for (H, W, 3) uint8 pictures of any sizes.

        Raises:
            CastmatesError: the model failed, or its numbers are not finite.
        """
        if not len(pictures):
            return np.zeros((0, self.width or 0), dtype=np.float32)
        return self.answers(pictures, self.outputs[:1])[0]

    def answers(
        self, pictures: Sequence[Pixels], names: Sequence[str]
    ) -> list[NDArray[np.float32]]:
        """(n, …) float32 for each of the outputs `names`, of one picture or more.

        Raises:
            CastmatesError: the model failed, or its numbers are not finite.
        """
        step = self._batch or BATCH
        parts = [self._some(pictures[i : i + step], names) for i in range(0, len(pictures), step)]
        found = [np.concatenate(rows) for rows in zip(*parts, strict=True)]
        if not all(np.isfinite(one).all() for one in found):
            raise CastmatesError(f"{self.name} answers with numbers that are not finite.", "")
        return found

    def _some(self, pictures: Sequence[Pixels], names: Sequence[str]) -> list[NDArray[np.float32]]:
        values = prepared(pictures, self.side)
        if self._batch is not None and len(values) < self._batch:
            more = np.repeat(values[-1:], self._batch - len(values), axis=0)
            values = np.concatenate([values, more])
        try:
            answers = self._session.run(list(names), {self._input.name: values})
        # onnxruntime's errors share no class of their own.
        except Exception as error:
            raise CastmatesError(f"{self.name} failed: {error}", "Use another model.") from error
        return [np.asarray(one, dtype=np.float32)[: len(pictures)] for one in answers]


def open_session(file: Path | Traversable, provider: str = CPU) -> Any:
    """An onnxruntime session of an ONNX file.

    Raises:
        BadInput: the file is not sound, or there is no such provider.
        Missing: the provider is not installed, or falls back to the CPU.
    """
    wanted = providers_of(provider)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # A path lets the runtime map a large file; inside an archive there are only bytes.
    source = str(file) if isinstance(file, Path) else file.read_bytes()
    try:
        session = onnxruntime.InferenceSession(source, options, providers=wanted)
    except Exception as error:
        raise BadInput(f"{file} is not a sound ONNX model: {error}", "Get it again.") from error
    demand(provider, wanted, session.get_providers())
    return session
