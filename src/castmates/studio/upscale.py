"""The verb `upscale`: pictures made larger, with what they say of themselves and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pydantic import Field

from castmates.backends.upscalers import named_upscaler, open_upscaler
from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing
from castmates.core.events import Began, Made, Moved, Tell, Warned, silent
from castmates.core.ports import Pixels
from castmates.core.types import Shot, Size, Value
from castmates.drawing.enlarging import enlarged
from castmates.drawing.found import texts_of
from castmates.drawing.infotext import adapters_of
from castmates.drawing.painter import Painter
from castmates.drawing.redraw import again
from castmates.drawing.sources import LANCZOS, Sources
from castmates.drawing.upscale import Tiling, enlarged_texts, tile_shots
from castmates.drawing.upscale_presets import Preset, preset
from castmates.families.base import Base
from castmates.families.shelf import STORYBOOK
from castmates.files.decoding import MOST_PIXELS, decode
from castmates.files.images import write_png
from castmates.files.reading import read_bytes
from castmates.files.studio import Studio
from castmates.files.writing import made
from castmates.prompts.grammar import number
from castmates.studio.draw import bring
from castmates.studio.draw_extras import with_picture
from castmates.studio.honoured import known_upscaler
from castmates.studio.library import Library
from castmates.studio.models import base_name, take_base

WORK = "Enlarging"
USUAL_SCALE = 4.0


class Enlargement(Value):
    """How pictures are made larger.

    Attributes:
        upscaler: "storybook", "lanczos", a file, or its name in the folders that the studio knows.
        scale: of width and height; None: as the preset has it, else 4.
        tile, overlap: in pixels of the small picture; None: the upscaler's own.
        preset: "detail", or "" for the upscaler alone.
        words: what tiles are drawn over with; None: the picture's own.
        strength: of the tiles; None: the preset's.
    """

    upscaler: str = STORYBOOK
    scale: float | None = Field(default=None, ge=1.0, le=16.0)
    tile: int | None = Field(default=None, ge=1, le=8192)
    overlap: int | None = Field(default=None, ge=0, le=4096)
    preset: str = ""
    words: str | None = None
    strength: float | None = Field(default=None, gt=0.0, lt=1.0)


class Enlarged(Value):
    """An enlarged picture: where it lies, and its size."""

    path: str
    size: str


def upscale(
    pictures: Sequence[Path],
    how: Enlargement,
    into: Path,
    *,
    studio: Studio | None = None,
    base: str | None = None,
    tell: Tell = silent,
) -> list[Enlarged]:
    """Enlarge pictures and write them as PNGs of the same names; nothing is written over.

    Args:
        studio: where adapters are that a preset's tiles are drawn with; None: nowhere.
        base: for a preset; None: the picture's own, else the studio's.

    Raises:
        BadInput: no picture, or one that would be too large; no such upscaler or preset.
        Missing: a file is not there; the embedded upscaler is not; an adapter is not.
        Unfit: the upscaler's file holds a network of another kind.
    """
    if not pictures:
        raise BadInput("There are no pictures to enlarge.", "Name them: castmates upscale fox.png")
    chosen = _preset(how)
    scale = _scale(how, chosen)
    _demand(pictures, scale)
    wanted = known_upscaler(Library.of(studio), how.upscaler)
    name, asked = named_upscaler(wanted, [LANCZOS])
    model = None if asked == LANCZOS else open_upscaler(asked, how.tile, how.overlap)
    fields = {"Postprocess upscale by": number(scale), "Postprocess upscaler": name}
    if chosen is not None:
        fields["Postprocess preset"] = f"{how.preset} at {chosen.strength:g}"
    done = []
    tell(Began(what=WORK, total=len(pictures), unit="pictures"))
    for i, path in enumerate(pictures):
        data = read_bytes(path)
        found = decode(data, path)
        if found.alpha is not None:
            tell(Warned(what=f"{path} is transparent in places; they lie on white now."))
        texts, pixels = texts_of(data), found.pixels
        if chosen is not None:
            tiles = _Redrawing(path, texts, how, studio, base, tell)
            pixels = tiles.over(enlarged(pixels, _times(pixels, chosen.redraw), model), chosen)
        large = enlarged(pixels, _times(found.pixels, scale), model)
        target = _free(made(into), path.stem)
        write_png(target, large, enlarged_texts(texts, fields))
        tell(Made(what="picture", path=str(target)))
        tell(Moved(what=WORK, done=i + 1, note=path.name))
        done.append(Enlarged(path=str(target), size=f"{large.shape[1]}x{large.shape[0]}"))
    return done


@dataclass(frozen=True)
class _Redrawing:
    """What the tiles of one picture are drawn over with."""

    path: Path
    texts: dict[str, str]
    how: Enlargement
    studio: Studio | None
    base: str | None
    tell: Tell

    def over(self, picture: Pixels, way: Preset) -> Pixels:
        """The picture with its detail drawn anew, tile by tile; all tiles share batches."""
        shot, own = self._shot()
        opened = take_base(base_name(self.studio, None, self.base or own), self.tell, self.studio)
        hashes = self._adapters_for(shot, opened)
        facts = opened.facts
        shared = int(facts.native_size * way.overlap)
        tiling = Tiling.of(picture, facts.native_size, shared, facts.size_multiple)
        tiles = tiling.tiles()
        sources = Sources()
        for tile in tiles:
            sources = with_picture(sources, tile)
        painter = Painter(opened, hashes=hashes, sources=sources)
        shots = tile_shots(shot, tiles, tiling.tile, way.strength)
        drawn = {one.index: one.pixels for one in painter.draw(shots, self.tell)}
        return tiling.joined([drawn[i] for i in range(len(tiles))])

    def _shot(self) -> tuple[Shot, str | None]:
        """The picture's own shot, with other words where they are asked for, and its base."""
        try:
            found = again(self.texts)
        except CastmatesError:
            if self.how.words is None:
                what = f"{self.path} does not say its words; its detail is drawn without any."
                self.tell(Warned(what=what, fix='Say what is there: --words "a fox in the snow"'))
            return Shot(words=self.how.words or "", reading="prompt"), None
        own = STORYBOOK if found.model[0] == STORYBOOK else None
        if self.how.words is None:
            return found.shot, own
        changes = {"words": self.how.words, "reading": "prompt", "adapters": ()}
        return found.shot.model_copy(update=changes), own

    def _adapters_for(self, shot: Shot, opened: Base) -> dict[str, str]:
        names = adapters_of(shot)
        if names and self.studio is None:
            raise Missing(
                f"{self.path} was drawn with {', '.join(names)}, and there is no studio to take "
                "that from.",
                "Name it: --studio my-studio",
            )
        return bring(opened, self.studio, names) if self.studio is not None else {}


def _preset(how: Enlargement) -> Preset | None:
    if not how.preset:
        if how.words is not None or how.strength is not None:
            raise BadInput("Words and strength are for a preset.", "Add --preset detail.")
        return None
    changes = {} if how.strength is None else {"strength": how.strength}
    return preset(how.preset).model_copy(update=changes)


def _scale(how: Enlargement, chosen: Preset | None) -> float:
    if chosen is None:
        return how.scale or USUAL_SCALE
    if how.scale not in (None, chosen.scale):
        raise BadInput(
            f"The preset '{how.preset}' enlarges {chosen.scale:g} times, not {how.scale:g}.",
            "Leave --scale or --preset out.",
        )
    return chosen.scale


def _demand(pictures: Sequence[Path], scale: float) -> None:
    """Look at every picture before the first is enlarged; tell all that cannot be."""
    misfits = Misfits()
    for path in pictures:
        with misfits.gather():
            height, width = decode(read_bytes(path), path).pixels.shape[:2]
            if height * width * scale * scale > MOST_PIXELS:
                size = f"{round(width * scale)}x{round(height * scale)}"
                raise BadInput(f"{path} would have {size} pixels: too large.", "Lower --scale.")
    misfits.raise_if_any()


def _times(picture: Pixels, scale: float) -> Size:
    height, width = picture.shape[:2]
    sides = [max(1, round(side * scale)) for side in (width, height)]
    return Size.model_construct(width=sides[0], height=sides[1])


def _free(folder: Path, stem: str) -> Path:
    """A path of that name where nothing is yet: fox.png, fox-2.png …"""
    names = (f"{stem}.png" if i == 1 else f"{stem}-{i}.png" for i in count(1))
    return next(path for path in (folder / name for name in names) if not path.exists())
