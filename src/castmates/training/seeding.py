"""Random numbers for Python code as a function of where they are used; knows no tensors.

A generator is seeded by (seed, purpose, place), so that what is drawn at one place never depends on
what was drawn before it. Noise as tensors: `chance`.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random


def seed_of(seed: int, *place: object) -> int:
    """A seed in 0 … 2^63-1 that depends on all parts; stable over machines and versions."""
    written = "/".join(str(part) for part in (seed, *place))
    return int.from_bytes(blake2b(written.encode(), digest_size=8).digest(), "big") >> 1


def chance_of(seed: int, *place: object) -> Random:
    """Random numbers for shuffles and choices at that place."""
    return Random(seed_of(seed, *place))
