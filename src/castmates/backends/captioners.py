"""The shelf of captioners: who says a sentence of a picture; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from castmates.backends.hub import fetched, is_hub_name
from castmates.backends.providers import CPU
from castmates.backends.taggers import digest_of
from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean
from castmates.core.ports import Captioner, Pixels
from castmates.core.shelf import Shelf
from castmates.core.types import Tag

CAPTIONERS: Shelf[Callable[..., Captioner]] = Shelf(
    "captioners",
    {"transformers": "castmates.backends.transformers_captioner:TransformersCaptioner"},
)

HUB = "hub"
"""`hub:OWNER/NAME` is fetched; a name without it never is."""

_USUAL = "transformers"
_SURE = 1.0
_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
_NEEDS = ("config.json", "*.safetensors")


def open_captioner(name: str, provider: str = CPU) -> Captioner:
    """A captioner by its folder ("models/blip"), by "hub:OWNER/NAME", or by the shelf's name.

    Args:
        provider: what computes; each captioner says what it knows.

    Raises:
        BadInput: no such captioner, or a broken one.
        Missing: its package, folder or files are not there.
        Unfit: the model is sound, but says no sentences of pictures.
    """
    kind, place = _parts(name)
    options: dict[str, Any] = {} if provider == CPU else {"provider": provider}
    maker = CAPTIONERS.take(kind)
    return maker(_folder(place), **options) if place else maker(**options)


def identity(name: str) -> str:
    """What its sentences are remembered by: its kind and the digest of its files.

    Errors as in `open_captioner`.
    """
    kind, place = _parts(name)
    if not place:
        return kind
    folder = _folder(place)
    files = sorted({path for pattern in _FILES for path in folder.glob(pattern)})
    parts = [f"{path.name}={digest_of(folder, path.name)}" for path in files]
    return f"{kind}@{sha256(' '.join(parts).encode()).hexdigest()[:16]}"


class AsTagger:
    """A captioner as a tagger (port `core.ports.Tagger`) that says one long tag a picture.

    So its sentences are remembered, and a stopped describing goes on, as with any tagger.
    """

    def __init__(self, captioner: Captioner) -> None:
        self._captioner = captioner

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        """One tag a picture: the sentence, which is sure; none where nothing is said."""
        said = self._captioner.sentences(pictures)
        heard = at_least is None or at_least <= _SURE
        return [
            [Tag(name=one, confidence=_SURE, family="sentence")] if one and heard else []
            for one in said
        ]

    def vocabulary(self) -> dict[str, str]:
        """Nothing: sentences are not a vocabulary."""
        return {}


def demand_config(folder: Path) -> None:
    """Raises Missing: no model lies in the folder."""
    if not (folder / "config.json").is_file():
        raise Missing(
            f"There is no config.json in {folder}.",
            "Give the folder of a captioner as transformers saves it.",
        )


def _parts(name: str) -> tuple[str, str]:
    """The shelf's name, and the folder or repository behind it ("": it has none)."""
    kind, _, place = name.partition(":")
    if kind == HUB:
        if not is_hub_name(place):
            raise BadInput(f"'{place}' is no name on the hub.", "As in: hub:OWNER/NAME")
        return _USUAL, name
    if kind in CAPTIONERS and kind != _USUAL:
        return kind, place
    place = place if kind == _USUAL else name
    if place and Path(place).expanduser().is_dir():
        demand_config(Path(place).expanduser())
        return _USUAL, place
    if is_hub_name(place):
        raise Missing(
            f"There is no folder {place}.",
            f"If it is a name on the Hugging Face hub, say so, and it is fetched: hub:{place}",
        )
    near = did_you_mean(name, CAPTIONERS) if name.isidentifier() else ""
    raise Missing(
        f"There is no folder '{place}' with a captioner.",
        f"Give a folder with config.json and *.safetensors, or hub:OWNER/NAME. {near}".strip(),
    )


def _folder(place: str) -> Path:
    kind, _, repository = place.partition(":")
    if kind == HUB and is_hub_name(repository):
        return fetched(repository, _FILES, _NEEDS)
    return Path(place).expanduser()
