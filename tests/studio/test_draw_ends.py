"""What is finished is kept, whatever ends a drawing; what cannot be read is one sentence."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from castmates.adapters.factors import Adapter, Factors
from castmates.core.errors import BadInput, CastmatesError
from castmates.core.events import Event, Made
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.found import texts_of
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files.images import read
from castmates.files.studio import Studio
from castmates.studio.draw import draw_shots
from castmates.studio.redraw import redraw

SHOT = Shot.model_validate({"words": "a fox", "size": "64", "steps": 2, "guidance": 3.0})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """With an adapter whose numbers overflow."""
    opened = open_base(tiny(tmp_path_factory.mktemp("base") / "tiny"))
    shapes = opened.bank.shapes()
    huge = {
        name: Factors(torch.full(shape.down(1), 1e30), torch.full(shape.up(1), 1e30), 1.0)
        for name, shape in shapes.items()
    }
    opened.bank.add(Adapter("huge", "lora", huge))
    return opened


def shots(number: int) -> list[Shot]:
    return [SHOT.model_copy(update={"seed": seed}) for seed in range(number)]


def test_when_the_last_picture_fails_the_others_are_there(base: Base, tmp_path: Path) -> None:
    last = SHOT.model_copy(update={"adapters": (AdapterUse(name="huge", strength=1.0),)})
    painter = Painter(base, batch=1, precise=True)
    with pytest.raises(CastmatesError, match=r"Picture 3 .*huge"):
        draw_shots(painter, [*shots(2), last], tmp_path / "out", lambda _: None)
    kept = sorted((tmp_path / "out").glob("*"))
    assert [path.name for path in kept] == ["00001.png", "00002.png"]
    assert all(read(path).shape == (64, 64, 3) for path in kept)


def test_when_the_user_stops_what_is_drawn_is_there(base: Base, tmp_path: Path) -> None:
    """The next drawing goes on counting behind it."""

    def stop(event: Event) -> None:
        if isinstance(event, Made) and event.path.endswith("00002.png"):
            raise KeyboardInterrupt

    painter = Painter(base, batch=1, precise=True)
    with pytest.raises(KeyboardInterrupt):
        draw_shots(painter, shots(4), tmp_path / "out", stop)
    assert [path.name for path in sorted((tmp_path / "out").glob("*"))] == [
        "00001.png",
        "00002.png",
    ]
    [more] = draw_shots(painter, shots(1), tmp_path / "out", lambda _: None)
    assert Path(more.path).name == "00003.png"
    assert np.array_equal(read(Path(more.path)), read(tmp_path / "out" / "00001.png"))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A picture with chunks of one's own before its end."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG")
    data = stream.getvalue()
    found = b""
    for kind, body in chunks:
        found += len(body).to_bytes(4, "big") + kind + body
        found += zlib.crc32(kind + body).to_bytes(4, "big")
    return data[:-12] + found + data[-12:]


LINE = "Steps: 2, Sampler: Euler, CFG scale: 3, Seed: 1, Size: 64x64"
BROKEN = {
    "text without a key": png((b"tEXt", b"parameters")),
    "packed text that is none": png((b"zTXt", b"parameters\0\0no zlib")),
    "a bomb of packed text": png(
        (b"zTXt", b"parameters\0\0" + zlib.compress(b"a" * 80_000_000, 9))
    ),
    "text of no language": png((b"iTXt", b"parameters\0\x01")),
    "bytes that are no UTF-8": png((b"iTXt", b"parameters\0\0\0\0\0\xff\xfe")),
    "our JSON cut off": png((b"tEXt", b'castmates\0{"shot": {"words": "a')),
    "our JSON of another kind": png((b"tEXt", b"castmates\0[1, 2]")),
    "deep JSON": png((b"tEXt", b"castmates\0" + b"[" * 100_000)),
    "a size that is none": png((b"tEXt", b"parameters\0a\nSteps: 2, Seed: 1, Size: 9x")),
    "no steps": png((b"tEXt", b"parameters\0a\nSteps: 0, Sampler: Euler, Seed: 1")),
    "a seed that is none": png((b"tEXt", b"parameters\0a\nSteps: 2, Sampler: Euler, Seed: -1")),
    "an unknown sampler": png((b"tEXt", b"parameters\0a\nSteps: 2, Sampler: Eulr, Seed: 1")),
    "a size that no base draws": png(
        (b"tEXt", b"parameters\0a\nSteps: 2, Sampler: Euler, Seed: 1, Size: 63x65")
    ),
    "cut off": png((b"tEXt", b"parameters\0a fox"))[:-30],
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_picture_with_broken_metadata_is_one_sentence(
    what: str, base: Base, tmp_path: Path
) -> None:
    studio = Studio.init(tmp_path / "s")
    (tmp_path / "x.png").write_bytes(BROKEN[what])
    with pytest.raises(CastmatesError) as error:
        redraw(studio, tmp_path / "x.png", base=str(base.path))
    assert error.value.what
    assert len(str(error.value)) < 600
    assert not [*studio.drawings.glob("*.png")]


def test_broken_chunks_beside_a_sound_text_do_no_harm(base: Base, tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", f"a fox\n{LINE}")
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)
    data = stream.getvalue()
    odd = png((b"eXIf", b"MM\0*broken"), (b"xxXx", b"?"))[33:]
    (tmp_path / "x.png").write_bytes(data[:-12] + odd[odd.index(b"eXIf") - 4 :])
    [made] = redraw(Studio.init(tmp_path / "s"), tmp_path / "x.png", base=str(base.path))
    assert made.shot.words == "a fox"


def test_text_without_any_picture_is_told() -> None:
    with pytest.raises(BadInput):
        texts_of(b"parameters: a fox")
    write = io.BytesIO()
    Image.new("RGB", (8, 8)).save(write, "PNG")
    assert texts_of(write.getvalue()) == {}
