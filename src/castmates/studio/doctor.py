"""What this machine can do, and the remedy for what it can't; changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from castmates.core.types import Value

NEEDED = ("torch", "diffusers", "transformers", "safetensors", "onnxruntime", "pillow")
DISK_FREE = 2_000_000_000


class Finding(Value):
    """One thing looked at: how it stands, what was seen, what to do."""

    name: str
    level: Literal["good", "note", "bad"]
    seen: str
    fix: str = ""


def doctor() -> list[Finding]:
    """Look at everything; the order is the order of importance."""
    return [_python(), *_packages(), _torchvision(), _device(), _half(), _memory(), _disk(), _own()]


def _python() -> Finding:
    seen = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding(name="python", level="good", seen=seen)


def _packages() -> list[Finding]:
    found = []
    for name in NEEDED:
        try:
            found.append(Finding(name=name, level="good", seen=version(name)))
        except PackageNotFoundError:
            fix = "Run: pip install castmates"
            found.append(Finding(name=name, level="bad", seen="not installed", fix=fix))
    return found


def _torchvision() -> Finding:
    # A torchvision of another build than torch fails at import, and takes diffusers down with it.
    if find_spec("torchvision") is None:
        return Finding(name="torchvision", level="good", seen="not installed (none is needed)")
    ours, theirs = _build("torch"), _build("torchvision")
    if ours != theirs:
        return Finding(
            name="torchvision",
            level="bad",
            seen=f"built for '{theirs or 'the default'}', torch for '{ours or 'the default'}'",
            fix="Run: pip uninstall torchvision (castmates does not need it)",
        )
    return Finding(name="torchvision", level="note", seen="installed; castmates does not need it")


def _build(package: str) -> str:
    _, _, build = version(package).partition("+")
    return build


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding(name="device", level="good", seen=torch.cuda.get_device_name(0))
    if torch.backends.mps.is_available():
        return Finding(name="device", level="good", seen="Apple GPU (mps)")
    return Finding(
        name="device",
        level="note",
        seen=f"no GPU; {os.cpu_count()} CPU cores, {torch.get_num_threads()} threads",
        fix="The storybook base works well so; bases like SD 1.5 want a GPU.",
    )


def _half() -> Finding:
    from castmates.families.precision import half_on

    half = half_on("cpu")
    if half is None:
        seen = "this CPU has no bfloat16 instructions; float32 is used"
        return Finding(name="precision", level="note", seen=seen)
    return Finding(name="precision", level="good", seen="bfloat16 on this CPU")


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, AttributeError, OSError):
        return Finding(name="memory", level="note", seen="could not be read on this system")
    seen = f"{total / 1e9:.0f} GB"
    if total < 4e9:
        fix = "4 GB are wanted; close other programs."
        return Finding(name="memory", level="note", seen=seen, fix=fix)
    return Finding(name="memory", level="good", seen=seen)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    seen = f"{free / 1e9:.0f} GB free here"
    if free < DISK_FREE:
        return Finding(name="disk", level="bad", seen=seen, fix="Free at least 2 GB.")
    return Finding(name="disk", level="good", seen=seen)


def _own() -> Finding:
    root = files("castmates") / "embedded"
    lacking = [
        name
        for name in ("base/model_index.json", "tagger/model.onnx", "encoder/model.onnx")
        if not root.joinpath(*name.split("/")).is_file()
    ]
    if lacking:
        return Finding(
            name="storybook models",
            level="bad",
            seen=f"missing: {', '.join(lacking)}",
            fix="Run: pip install --force-reinstall castmates",
        )
    return Finding(name="storybook models", level="good", seen="base, tagger and encoder are here")
