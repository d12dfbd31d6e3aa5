"""The hashes by which other programs call a model file, in one pass; knows no model.

AutoV1   SHA-256 of the 64 KiB behind the first MiB; 8 digits (A1111's old "Model hash")
AutoV2   SHA-256 of the whole file; 10 digits (A1111's "Model hash", web sites)
AutoV3   SHA-256 of a safetensors file without its header; 12 digits ("Lora hashes")
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from castmates.core.types import Value
from castmates.files.tensors import read_header
from castmates.files.trouble import in_words

_BLOCK = 1 << 22
_AT, _LENGTH = 0x100000, 0x10000


class Hashes(Value):
    """What is known of a model's hashes, in hex; "": not summed yet, or there is none.

    Attributes:
        autov1: 8 digits.
        sha256: of the whole file, 64 digits.
        tensors_sha256: of the tensors alone, 64 digits; safetensors files only.
        fingerprint: castmates' own, of a base's folder, 64 digits.
    """

    autov1: str = ""
    sha256: str = ""
    tensors_sha256: str = ""
    fingerprint: str = ""

    @property
    def autov2(self) -> str:
        return self.sha256[:10]

    @property
    def autov3(self) -> str:
        return self.tensors_sha256[:12]

    def are(self, digits: str) -> bool:
        """Whether one of them is, or begins with, these digits (lower case)."""
        longer = (self.sha256, self.tensors_sha256, self.fingerprint)
        return digits == self.autov1 or any(each.startswith(digits) for each in longer)


def quick_hash(path: Path) -> str:
    """AutoV1, which reads 64 KiB only; "" for a file that ends before them. Raises Missing."""
    with in_words(path, "read"), path.open("rb") as stream:
        stream.seek(_AT)
        window = stream.read(_LENGTH)
    return sha256(window).hexdigest()[:8] if window else ""


def hashes_of(path: Path, moved: Callable[[int], None] = lambda _: None) -> Hashes:
    """All hashes of one file.

    Args:
        path: of a safetensors file, or of any other (which has no AutoV3).
        moved: hears how many bytes are summed so far.

    Raises:
        Missing: there is no such file.
        BadInput: a safetensors file that is none, or cut off.
    """
    path = Path(path)
    is_safe = path.suffix.lower() in (".safetensors", ".sft")
    if is_safe:
        read_header(path)
    whole, tensors, done = sha256(), sha256(), 0
    with in_words(path, "read"), path.open("rb") as stream:
        skipped = 8 + int.from_bytes(stream.read(8), "little")
        stream.seek(0)
        while block := stream.read(_BLOCK):
            whole.update(block)
            if is_safe:
                tensors.update(memoryview(block)[max(0, skipped - done) :])
            done += len(block)
            moved(done)
    return Hashes(
        autov1=quick_hash(path),
        sha256=whole.hexdigest(),
        tensors_sha256=tensors.hexdigest() if is_safe else "",
    )
