"""Let Pillow read HEIC when the extra package is installed; knows no other format."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from castmates.core.errors import Missing

SUFFIXES = frozenset((".heic", ".heif"))
INSTALL = "Run: pip install 'castmates[heic]'"
_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)


@cache
def can_be_read() -> bool:
    """Whether the package pillow-heif is there; if so, Pillow knows the format from now on."""
    try:
        import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return False
    return True


def is_heic(data: bytes) -> bool:
    """Whether a file's bytes say HEIC, whatever its name says (ISO 14496-12, `ftyp`)."""
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS and b"avif" not in data[12:64]


def make_ready(data: bytes, path: Path) -> None:
    """Before a file is opened. Raises Missing: it is HEIC and pillow-heif is not installed."""
    if is_heic(data) and not can_be_read():
        raise Missing(
            f"{path} is HEIC, which needs the package 'pillow-heif'; it is not installed.", INSTALL
        )
