"""Where a textual inversion's vectors are in its file, and how many; reads no vector.

Forms: A1111's pickle (`string_to_param`), `emb_params` in safetensors, one tensor under the word
itself (diffusers), and `clip_l` with `clip_g` for the two text encoders of SDXL.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.files.pickled_shapes import pickled_shapes
from castmates.files.tensors import read_header

PICKLES = (".pt", ".bin", ".ckpt", ".pth")
ONE = ""
"""The part of a file that has vectors for one text encoder."""
TWO = ("clip_l", "clip_g")
"""The parts of a file for the two text encoders of SDXL."""
MADE_FOR = {768: "Stable Diffusion 1.x", 1024: "Stable Diffusion 2.x", 1280: "Stable Diffusion XL"}
_OF_A1111 = "string_to_param/"

Sizes = Mapping[str, tuple[int, int]]
"""Part -> how many vectors, and how wide."""


def sizes_in(path: Path) -> dict[str, tuple[int, int]]:
    """How many vectors a textual inversion's file has, and how wide they are.

    Raises:
        Missing: there is no such file.
        BadInput: it is broken, a pickle that calls for more than tensors, or no textual inversion.
    """
    path = Path(path)
    is_pickle = path.suffix.lower() in PICKLES
    shapes = pickled_shapes(path) if is_pickle else read_header(path).shapes
    return {part: _size(shapes[key]) for part, key in keys_in(shapes, path).items()}


def keys_in(shapes: Mapping[str, tuple[int, ...]], path: Path) -> dict[str, str]:
    """Part -> the name of its tensor. Raises BadInput: these are no textual inversion's."""
    fitting = [key for key, shape in shapes.items() if len(shape) in (1, 2) and 0 not in shape]
    of_a1111 = [key for key in fitting if key.startswith(_OF_A1111)]
    if all(part in fitting for part in TWO):
        return {part: part for part in TWO}
    if of_a1111:
        # A file may hold several words; A1111 takes the first.
        return {ONE: of_a1111[0]}
    if "emb_params" in fitting:
        return {ONE: "emb_params"}
    if len(fitting) == len(shapes) == 1:
        return {ONE: fitting[0]}
    shown = ", ".join(list(shapes)[:4]) or "nothing at all"
    raise BadInput(
        f"{path} is no textual inversion; it holds {shown}.",
        "Wanted emb_params, string_to_param, clip_l with clip_g, or one tensor alone.",
    )


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    return (1, shape[0]) if len(shape) == 1 else (shape[0], shape[1])


def misfit(sizes: Sizes, widths: Mapping[str, int], most: int) -> str:
    """Why vectors of these sizes cannot be read by text encoders of these widths; "": they can.

    Args:
        widths: of the base's text encoders: {ONE: 768}, or one for each part of `TWO`.
        most: vectors that fit into a chunk.
    """
    if set(sizes) != set(widths):
        has, wants = ("two text encoders, as SDXL has", "one")
        if ONE in sizes:
            has, wants = (f"one text encoder{_made_for(sizes[ONE][1])}", "two, as SDXL's bases do")
        return f"it is for {has}, and this base has {wants}"
    for part, (count, width) in sizes.items():
        if width != widths[part]:
            made = _made_for(width)
            return f"its vectors have {width} numbers{made}, and this base's {widths[part]}"
        if count > most:
            return f"it has {count} vectors, and {most} are the most that are read at once"
    return ""


def _made_for(width: int) -> str:
    return f" (as those for {MADE_FOR[width]})" if width in MADE_FOR else ""
