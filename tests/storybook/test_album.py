"""An album is varied, the same every time, and leaves hats and props free."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storybook.album import album, pictures
from storybook.world import EXAMPLE

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", EXAMPLE)
def test_an_album_covers_what_a_dataset_should(name: str) -> None:
    specs = list(album(EXAMPLE[name]))
    assert len(specs) == 24
    assert {s.framing for s in specs} == {"full body", "upper body", "close-up"}
    assert {"from front", "from side", "from behind"} <= {s.acts[0].view for s in specs}
    assert len({s.scene for s in specs}) >= 6
    assert all(s.acts[0].hat is None and s.acts[0].prop is None for s in specs)
    assert len({(s.framing, s.acts[0], s.scene, s.style) for s in specs}) == 24


def test_the_examples_are_what_the_album_draws() -> None:
    first = next(iter(pictures(EXAMPLE["pip"])))
    with Image.open(EXAMPLES / "pip" / "01.png") as kept:
        # Anti-aliasing may differ by a shade between skia builds.
        shades = np.abs(np.asarray(kept, np.int16) - first.image.astype(np.int16))
    assert shades.max() <= 8


@pytest.mark.parametrize("name", EXAMPLE)
def test_every_example_has_its_24_pictures(name: str) -> None:
    assert len(list((EXAMPLES / name).glob("*.png"))) == 24
