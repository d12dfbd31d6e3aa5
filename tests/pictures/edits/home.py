"""A character of the drawn world in a studio, with captions, and a finder that tells the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from castmates.core.ports import Found, Pixels
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.new import new
from storybook.world import EXAMPLE, QUIET, draw, sample

PIP = EXAMPLE["pip"]
SIZE = 128


@dataclass
class TrueFinder:
    """A finder (port `core.ports.Finder`) that knows the drawn pictures by heart."""

    known: dict[str, list[Found]] = field(default_factory=dict)
    asked: int = 0

    def learn(self, pixels: Pixels, masks: Sequence[np.ndarray]) -> None:
        found = [Found((0.0, 0.0, 1.0, 1.0), 0.9 - k / 10, mask=m) for k, m in enumerate(masks)]
        self.known[_digest(pixels)] = found

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        self.asked += len(pictures)
        return [self.known.get(_digest(picture), []) for picture in pictures]


def _digest(pixels: Pixels) -> str:
    return sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


@dataclass
class Home:
    """A studio with pip in it: pictures 1 to 3 show pip, 4 shows three of them."""

    studio: Studio
    pip: CharacterFolder
    finder: TrueFinder


def home_in(tmp_path: Path) -> Home:
    """A studio inside `tmp_path`."""
    source, finder = tmp_path / "source", TrueFinder()
    source.mkdir()
    for number in range(1, 5):
        cast = (PIP,) if number < 4 else (PIP, PIP, PIP)
        spec = sample(number, QUIET, cast, framing="full body", scene="forest", style="flat color")
        drawn = draw(spec, SIZE, masks=True)
        Image.fromarray(drawn.image).save(source / f"{number}.png")
        (source / f"{number}.txt").write_text(f"pip, picture {number}\n")
        finder.learn(drawn.image, drawn.masks or ())
    studio = Studio.init(tmp_path / "studio")
    return Home(studio, new(studio, "pip", [source]).folder, finder)


def files_of(folder: CharacterFolder) -> dict[str, bytes]:
    """Every file of a character but the histories and the lock."""
    return {
        path.relative_to(folder.path).as_posix(): path.read_bytes()
        for path in sorted(folder.path.rglob("*"))
        if path.is_file() and not path.name.endswith((".jsonl", ".lock"))
    }
