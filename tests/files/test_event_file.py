"""Event files, read again with a small reader of the public format."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from castmates.files.event_file import EventFile, crc32c


def records(path: Path) -> Iterator[bytes]:
    """The data of each record, its checksums looked at."""

    def right(data: bytes, told: bytes) -> bool:
        crc = (struct.unpack("<I", told)[0] - 0xA282EAD8) & 0xFFFFFFFF
        return crc32c(data) == ((crc >> 17) | (crc << 15)) & 0xFFFFFFFF

    data = path.read_bytes()
    while data:
        length = struct.unpack("<Q", data[:8])[0]
        body, end = data[12 : 12 + length], 12 + length
        assert right(data[:8], data[8:12])
        assert right(body, data[end : end + 4])
        data = data[end + 4 :]
        yield body


def fields(data: bytes) -> dict[int, Any]:
    """Field number -> value of one protocol buffer."""
    found: dict[int, Any] = {}
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            found[key >> 3] = varint()
            continue
        length = {1: 8, 5: 4}.get(key & 7) or varint()
        found[key >> 3] = data[at : at + length]
        at += length
    return found


def scalars(path: Path) -> list[tuple[str, float, int]]:
    """Every point of a file: name, value, step."""
    found = []
    for data in records(path):
        event = fields(data)
        if 5 in event:
            value = fields(fields(event[5])[1])
            number = struct.unpack("<f", value[2])[0]
            found.append((value[1].decode(), number, event.get(2, 0)))
    return found


def test_the_checksum_is_that_of_the_standard() -> None:
    """RFC 3720, B.4: 32 zeros, 32 ones, and 0 … 31."""
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(b"123456789") == 0xE3069283


def test_points_come_back_with_their_names_and_steps(tmp_path: Path) -> None:
    file = EventFile(tmp_path, begins_at=300)
    file.scalar("loss/current", 0.25, 300)
    file.scalar("lr/unet", 1e-4, 70_000)
    assert scalars(file.path) == [
        ("loss/current", 0.25, 300),
        ("lr/unet", struct.unpack("<f", struct.pack("<f", 1e-4))[0], 70_000),
    ]
    version, began, *_ = (fields(data) for data in records(file.path))
    assert version[3] == b"brain.Event:2"
    # What older files have from step 300 on is taken back by readers.
    assert (began[2], fields(began[7])) == (300, {1: 1})


def test_every_file_of_a_folder_has_its_own_name(tmp_path: Path) -> None:
    names = {EventFile(tmp_path).path.name for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("events.out.tfevents.") for name in names)
