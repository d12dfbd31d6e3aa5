"""Write the event files that TensorBoard reads; knows no training.

A file is a row of records (TFRecord): length, checksum of the length, data, checksum of the data,
where checksums are CRC-32C, turned and shifted. The data of each is an `Event` in protocol buffers;
the few fields that scalars need are written here by hand (tensorflow: `event.proto`,
`summary.proto`, `record_writer.cc`).
"""

from __future__ import annotations

import struct
import time
from functools import cache
from pathlib import Path

from castmates.files.trouble import in_words

_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
_DOUBLE, _VARINT, _BYTES, _FLOAT = 1, 0, 2, 5
"""How a field is written: 8 bytes, a number of any length, a length and bytes, 4 bytes."""


class EventFile:
    """A new event file in a folder; every scalar is on the disk at once.

    Args:
        folder: is there.
        begins_at: the first step that will be written: what older files of the folder have at it
            or behind it is no longer shown (a run that goes on from before it was killed).

    Raises (also from `scalar`):
        CastmatesError: the disk is full, read-only or forbidden.
    """

    def __init__(self, folder: Path, begins_at: int = 0) -> None:
        moment, number = time.time(), 0
        while True:
            self.path = folder / f"events.out.tfevents.{int(moment):010d}.castmates.{number}"
            if not self.path.exists():
                break
            number += 1
        self._write(_event(moment, 0, _field(3, b"brain.Event:2")))
        started = _field(7, _number(1, 1))
        self._write(_event(moment, begins_at, started))

    def scalar(self, name: str, value: float, at: int) -> None:
        """One point: the name's value at a step (or an epoch)."""
        value_of = _field(1, name.encode()) + _key(2, _FLOAT) + struct.pack("<f", value)
        self._write(_event(time.time(), at, _field(5, _field(1, value_of))))

    def _write(self, data: bytes) -> None:
        length = struct.pack("<Q", len(data))
        with in_words(self.path, "written"), self.path.open("ab") as stream:
            stream.write(length + _checked(length) + data + _checked(data))


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli) of bytes, as in RFC 3720."""
    found, table = 0xFFFFFFFF, _table()
    for byte in data:
        found = table[(found ^ byte) & 0xFF] ^ (found >> 8)
    return found ^ 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return tuple(found)


def _checked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF)


def _event(moment: float, step: int, rest: bytes) -> bytes:
    return _key(1, _DOUBLE) + struct.pack("<d", moment) + _number(2, step) + rest


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _number(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _varint(value)


def _field(field: int, data: bytes) -> bytes:
    return _key(field, _BYTES) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth bit says that more follow."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
