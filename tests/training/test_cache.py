"""The cache: by content, whole or made again, and nothing that was made is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from castmates.core.events import Event, Warned
from castmates.training.cache import Cache, name_of


class Makers:
    """Counts what is made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def of(self, *names: str) -> dict[str, Callable[[], torch.Tensor]]:
        return {name: lambda name=name: self._make(name) for name in names}  # type: ignore[misc]

    def _make(self, name: str) -> torch.Tensor:
        self.made.append(name)
        return torch.full((2, 3), float(len(name)))


def keys(path: Path) -> set[str]:
    with safe_open(path, framework="pt") as file:
        return set(file.keys())


def test_a_name_is_the_kind_and_all_that_decides_it() -> None:
    assert name_of("latent", "a", 1) == name_of("latent", "a", 1)
    assert len({name_of("latent", "a", 1), name_of("latent", "a", 2), name_of("mask", "a", 1)}) == 3
    assert name_of("latent", "a").startswith("latent/")


def test_what_is_there_is_not_made_again_and_what_nobody_asks_for_leaves(tmp_path: Path) -> None:
    path, makers = tmp_path / "cache", Makers()
    with Cache(path) as cache:
        first = cache.filled(makers.of("a", "bb"), "encoding", "pictures")
        cache.filled(makers.of("t"), "encoding words", "captions")
    assert keys(path) == {"a", "bb", "t"}
    before = path.stat().st_mtime_ns
    with Cache(path) as cache:
        again = cache.filled(makers.of("a", "bb"), "encoding", "pictures")
    assert makers.made == ["a", "bb", "t"]
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert path.stat().st_mtime_ns == before
    with Cache(path) as cache:
        cache.filled(makers.of("bb", "ccc"), "encoding", "pictures")
    assert keys(path) == {"bb", "ccc"}


def test_a_truncated_cache_is_made_again_and_said(tmp_path: Path) -> None:
    path, makers, told = tmp_path / "cache", Makers(), list[Event]()
    with Cache(path) as cache:
        cache.filled(makers.of("a"), "encoding", "pictures")
    whole = path.read_bytes()
    for length in (len(whole) - 1, 12, 3, 0):
        path.write_bytes(whole[:length])
        told.clear()
        with Cache(path, told.append) as cache:
            cache.filled(makers.of("a"), "encoding", "pictures")
        assert any(isinstance(e, Warned) and "damaged" in e.what for e in told)
        assert path.read_bytes() == whole


def test_what_was_made_before_a_stop_is_kept(tmp_path: Path) -> None:
    path, makers = tmp_path / "cache", Makers()
    with Cache(path) as cache:
        cache.filled(makers.of("old"), "encoding", "pictures")

    def stop() -> torch.Tensor:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Cache(path) as cache:
        cache.filled({**makers.of("new"), "never": stop}, "encoding", "pictures")
    assert keys(path) == {"old", "new"}
