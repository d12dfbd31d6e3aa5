"""The shelf of taggers; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from castmates.backends.hub import FILES, fetched, is_hub_name
from castmates.backends.model_card import embedded, read_card
from castmates.backends.naming import parted
from castmates.backends.providers import CPU
from castmates.backends.thresholds import Thresholds, thresholds
from castmates.core.errors import Missing
from castmates.core.ports import Pixels, Tagger
from castmates.core.shelf import Shelf
from castmates.core.types import Tag

STORYBOOK = "storybook"

TAGGERS: Shelf[Callable[..., Tagger]] = Shelf(
    "taggers",
    {
        STORYBOOK: "castmates.backends.onnx_tagger:storybook",
        "wd": "castmates.backends.onnx_tagger:OnnxTagger",
    },
)

_PLACES = {STORYBOOK: "", "wd": "models/wd-vit-v3"}
"""What a name of ours is followed by; nothing: it stands alone."""

Said = tuple[list[Tag], str]
"""A picture's tags, most confident first, and its rating ("general" …; "": nobody rates)."""


@runtime_checkable
class Rater(Protocol):
    """A tagger that also says for whom pictures are fit."""

    def rated(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[Said]:
        """Tags as `Tagger.tags` says them, each with the picture's rating."""
        ...


def said_of(
    tagger: Tagger, pictures: Sequence[Pixels], at_least: float | None = None
) -> list[Said]:
    """What any tagger says, in one pass; those that do not rate say ""."""
    if isinstance(tagger, Rater):
        return tagger.rated(pictures, at_least)
    return [(tags, "") for tags in tagger.tags(pictures, at_least)]


def open_tagger(name: str, provider: str = CPU) -> Tagger:
    """A tagger by name ("storybook"), or by name and folder or repository ("wd:models/wd-vit-v3").

    Args:
        provider: what computes (`providers.PROVIDERS`).

    Raises:
        BadInput: no such tagger or provider, or a broken one.
        Missing: its package, folder, files or provider are not there.
    """
    kind, place = parted(name, TAGGERS, _PLACES)
    maker = TAGGERS.take(kind)
    # Only who asks for another provider needs a maker that takes one.
    options: dict[str, Any] = {} if provider == CPU else {"provider": provider}
    return maker(_folder(place), **options) if place else maker(**options)


def demand_tagger(name: str) -> None:
    """Refuse, before long work begins, a tagger that cannot be opened for its name alone.

    Raises:
        BadInput: no such tagger, or a folder too many or too few. Missing: no model lies there.
    """
    kind, place = parted(name, TAGGERS, _PLACES)
    if not place or kind not in _PLACES:
        return
    folder = _folder(place)
    read_card(folder)
    if not (folder / FILES[0]).is_file():
        raise Missing(f"There is no {FILES[0]} in {folder}.", "Put the model there.")


def identity(name: str) -> str:
    """What answers are remembered by: the tagger's kind and the digest of its files.

    Another model in the same folder is another tagger; the same model elsewhere is the same one.
    Errors as in `open_tagger`.
    """
    folder = _home(name)
    if folder is None:
        return name
    parts = [f"{file}={digest_of(folder, file)}" for file in FILES if (folder / file).is_file()]
    if not parts:
        return name
    return f"{name.partition(':')[0]}@{sha256(' '.join(parts).encode()).hexdigest()[:16]}"


def thresholds_of(
    name: str, both: float | None = None, character: float | None = None
) -> Thresholds | None:
    """From which confidence a tagger's tags count, by its card; no model is opened.

    None for taggers of other packages that have no folder: they know themselves, unless they are
    told a number.

    Args:
        both, character: as in `thresholds.thresholds`.

    Raises:
        BadInput: a number that does not fit, or a broken card. Missing: no such folder.
    """
    folder = _home(name)
    if folder is None and both is None and character is None:
        return None
    return thresholds(both, character, read_card(folder).threshold if folder else None)


def _home(name: str) -> Path | Traversable | None:
    """The folder of a tagger; None for those that have none."""
    kind, _, place = name.partition(":")
    if place:
        return _folder(place)
    return embedded("tagger") if kind == STORYBOOK else None


def _folder(place: str) -> Path:
    return fetched(place) if is_hub_name(place) else Path(place).expanduser()


def digest_of(folder: Path | Traversable, file: str) -> str:
    """The SHA-256 (hex) of a model's file; once for as long as it does not change."""
    path = folder / file
    if not isinstance(path, Path):
        return sha256(path.read_bytes()).hexdigest()
    stat = path.stat()
    return _digest_of(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest_of(path: Path, _size: int, _changed: int) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while part := stream.read(1 << 22):
            digest.update(part)
    return digest.hexdigest()
