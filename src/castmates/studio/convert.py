"""The verb `convert`: adapters in another dialect, as a plain LoRA, of a lower rank, or merged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from castmates.adapters.convert import Converted
from castmates.adapters.convert import convert as convert_file
from castmates.adapters.keys.dialects import foreign_kind
from castmates.adapters.merge import merge
from castmates.core.errors import Missing
from castmates.core.events import Made, Tell, Warned, silent
from castmates.files.tensors import read_header
from castmates.files.trouble import in_words

PLAIN_RANK = 128
"""The rank of a plain LoRA beside another kind at most: larger ones fill disks, and few programs
were ever tried with them."""


def convert(
    sources: Sequence[Path],
    target: Path,
    *,
    weights: Sequence[float] = (),
    to: str = "kohya",
    kind: str = "",
    rank: int | None = None,
) -> Converted:
    """Write an adapter anew, or the sum of several as a plain LoRA.

    Args:
        weights: one for each adapter; empty: 1 each.

    Arguments and errors else as in `adapters.convert.convert` and `adapters.merge.merge`.
    """
    for source in sources:
        if not source.is_file():
            raise Missing(f"There is no file '{source}'.", "Check the path.")
    if len(sources) == 1 and not weights:
        return convert_file(sources[0], target, to=to, kind=kind or None, rank=rank)
    shares = weights or [1.0] * len(sources)
    return merge(sources, shares, target, to=to, kind=kind or None, rank=rank)


def plain_beside(adapter: Path, tell: Tell = silent) -> Path | None:
    """Keep a plain LoRA beside a LoHa or LoKr, for programs that take nothing else.

    `pip.safetensors` gets a `pip-lora.safetensors`; one of an earlier adapter is taken away. A DoRA
    has none: what it changes depends on its base's weights.
    """
    path = adapter.with_name(f"{adapter.stem}-lora{adapter.suffix}")
    with in_words(path, "remove"):
        path.unlink(missing_ok=True)
    kind = foreign_kind(read_header(adapter).shapes)
    if kind is None:
        return None
    if kind.name == "dora":
        fix = "Draw with castmates, A1111 1.9 or later, Forge, ComfyUI or InvokeAI."
        tell(Warned(what="No plain LoRA does the same as a DoRA; none is written.", fix=fix))
        return None
    made = convert_file(adapter, path, kind="lora", rank=PLAIN_RANK)
    tell(Made(what=f"plain LoRA ({made.notes[-1]})", path=str(path)))
    return path
