"""Say by which device's means onnxruntime computes; opens no model."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean

CPU = "cpu"
_CPU = "CPUExecutionProvider"

PROVIDERS: dict[str, tuple[str, str]] = {
    CPU: (_CPU, "onnxruntime"),
    "cuda": ("CUDAExecutionProvider", "onnxruntime-gpu"),
    "tensorrt": ("TensorrtExecutionProvider", "onnxruntime-gpu"),
    "rocm": ("ROCMExecutionProvider", "onnxruntime-rocm"),
    "migraphx": ("MIGraphXExecutionProvider", "onnxruntime-rocm"),
    "directml": ("DmlExecutionProvider", "onnxruntime-directml"),
    "openvino": ("OpenVINOExecutionProvider", "onnxruntime-openvino"),
    "coreml": ("CoreMLExecutionProvider", "onnxruntime"),
}
"""Our word -> onnxruntime's name, and the package that brings it."""

AUTO = "auto"
_ORDER = ("cuda", "rocm", "migraphx", "directml", "openvino", "coreml", CPU)
"""What `auto` tries. TensorRT builds an engine for minutes, so it wants to be asked for."""


def providers_of(name: str, there: Sequence[str] | None = None) -> list[str]:
    """onnxruntime's names for what is asked, with the CPU for what a device cannot do.

    Args:
        name: a word of `PROVIDERS`, or "auto": the best that this onnxruntime has.
        there: onnxruntime's own list; None: of the one that is installed.

    Raises:
        BadInput: no such word; the message offers the nearest.
        Missing: the installed onnxruntime comes without it.
    """
    if there is None:
        # A tenth of a second that names and errors alone do not need.
        import onnxruntime

        there = onnxruntime.get_available_providers()
    if name == AUTO:
        name = next(word for word in _ORDER if PROVIDERS[word][0] in there)
    if name not in PROVIDERS:
        raise BadInput(
            f"'{name}' is no provider of onnxruntime.", did_you_mean(name, [*PROVIDERS, AUTO])
        )
    wanted, package = PROVIDERS[name]
    if wanted not in there:
        raise Missing(
            f"This onnxruntime cannot compute by '{name}'.",
            f"Run: pip install {package} (in place of onnxruntime), or use the provider 'cpu'.",
        )
    return [wanted] if wanted == _CPU else [wanted, _CPU]


def demand(name: str, wanted: Sequence[str], used: Sequence[str]) -> None:
    """Refuse a session that fell back to the CPU: onnxruntime does so with a mere log line.

    Raises:
        Missing: the device's own libraries cannot be loaded.
    """
    if wanted[0] not in used:
        raise Missing(
            f"The provider '{name}' could not be started; onnxruntime would use {used[0]}.",
            "Install the device's own libraries (for CUDA: CUDA and cuDNN), or use 'cpu'.",
        )
