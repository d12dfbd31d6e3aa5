"""Words in any encoding come back readable, and the encoding is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.files.reading import read_words


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("fée".encode(), "utf-8"),
        ("fée".encode("utf-8-sig"), "utf-8 with BOM"),
        ("fée".encode("utf-16"), "utf-16"),
        ("fée".encode("latin-1"), "latin-1"),
    ],
)
def test_any_encoding_is_read(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    words = read_words(path)
    assert (words.text, words.encoding) == ("fée", encoding)
