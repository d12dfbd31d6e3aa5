"""The verb `edit inpaint`: paint things and effects over with what lies around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from castmates.backends.finders import open_finder
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.near import did_you_mean
from castmates.core.ports import Finder, Found
from castmates.files.colours import Alpha
from castmates.files.decoding import decode
from castmates.files.reading import read_bytes
from castmates.files.studio import Studio
from castmates.pictures.edits.boxes import read_box
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.entries import Entry
from castmates.pictures.edits.filling import LARGE, of_boxes, tool
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.planning import Plan
from castmates.pictures.edits.replay import hole_of
from castmates.pictures.edits.steps import METHODS, Inpaint, Method
from castmates.studio.edit import Edited, How, drawn_anew, edited

_SOFT = 1 / 160
"""How far an outline is followed outward by itself, as a share of the long side."""
_SUFFIX = ".png"


@dataclass(frozen=True)
class Hole:
    """What is painted over; one of `boxes`, `mask` and `tag`.

    Attributes:
        boxes: as `boxes.read_box` takes them.
        mask: a picture, white where something goes; or a folder of them, named as the pictures.
        tag: what `finder` calls the thing.
        grow: by how many pixels the hole is larger; None: not at all for boxes, a little else.
        method: "navier-stokes" or "telea". radius: in pixels, how far around is looked.
        with_: a finder that is open already.
    """

    boxes: tuple[str, ...] = ()
    mask: Path | None = None
    tag: str = ""
    finder: str = ""
    grow: int | None = None
    method: str = "navier-stokes"
    radius: float = 5.0
    with_: Finder | None = None


Cut = Callable[[Entry, Layers], Inpaint]
"""A picture as its steps say, and as it looks now -> the step that paints something over."""


def inpaint(studio: Studio, name: str, hole: Hole, how: How | None = None) -> Edited:
    """Paint over what a box, a mask or a finder's word says, in each picture that a filter names.

    Raises:
        BadInput: not one of box, mask and tag; a wrong box, mask, method, number or filter.
        Missing: no such character, no pictures, no such mask or finder, or no OpenCV.
    """
    method = _method(hole)
    tool()
    masks = _masks(hole.mask) if hole.mask else {}
    boxes = [read_box(box) for box in hole.boxes]
    finder = (hole.with_ or open_finder(hole.finder)) if hole.tag else None
    shares: list[float] = []

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        def cut(entry: Entry, now: Layers) -> Inpaint:
            size, facts = now.size, {"method": method, "radius": hole.radius}
            if boxes:
                within = tuple(box.within(*size) for box in boxes)
                return Inpaint.model_validate({"boxes": within, "grow": hole.grow or 0, **facts})
            area = _found(finder, hole.tag, now) if finder else _given(masks, entry.number, now)
            soft = max(2, round(_SOFT * max(size))) if hole.grow is None else hole.grow
            mask = desk.hole(entry.number, area)
            return Inpaint.model_validate({"mask": mask, "grow": soft, **facts})

        def one(entry: Entry, now: Layers) -> Entry:
            step = cut(entry, now)
            share = float((hole_of(step, now.size, desk.kept_mask) >= 128).mean())
            if entry.step and entry.step[-1] == step:
                return entry
            shares.append(share)
            return entry.with_step(step)

        return drawn_anew(desk, numbers, one, how)

    digests = [sha256(mask.tobytes()).hexdigest() for _, mask in sorted(masks.items())]
    asked = f"{hole.boxes} {digests} {hole.tag} {hole.finder} {hole.grow} {method} {hole.radius}"
    done = edited(studio, name, "edit inpaint", asked, planned, how)
    return done.model_copy(update={"means": (*done.means, *_means(name, hole, done, shares))})


def _method(hole: Hole) -> Method:
    """The method by its name, after everything that can be judged without a picture."""
    given = [bool(hole.boxes), hole.mask is not None, bool(hole.tag)]
    if sum(given) != 1:
        raise BadInput(
            "Wanted --box, --mask or --tag, one of them.",
            "As in: --box 70%,80%,95%,97%, --mask hole.png, --tag cup --finder yolo:FILE.onnx",
        )
    if hole.tag and not hole.finder and hole.with_ is None:
        raise BadInput(
            f"Nobody is named who knows what '{hole.tag}' looks like.",
            "A finder with names does: --finder yolo:FILE.onnx. Or give a box or a mask.",
        )
    if hole.grow is not None and not 0 <= hole.grow <= 256:
        raise BadInput(f"Grown by {hole.grow} pixels; wanted 0 to 256.", "As in: --grow 4")
    if not 1 <= hole.radius <= 64:
        raise BadInput(f"The radius is {hole.radius:g}; wanted 1 to 64.", "As in: --radius 5")
    for method in METHODS:
        if method == hole.method:
            return method
    raise BadInput(f"No method is called '{hole.method}'.", did_you_mean(hole.method, METHODS))


def _masks(path: Path) -> dict[int, Alpha]:
    """Number of a picture -> its mask; 0: the one for all. Raises Missing or BadInput."""
    if not path.is_dir():
        return {0: _read(path)}
    named = {int(p.stem): p for p in sorted(path.glob(f"*{_SUFFIX}")) if p.stem.isdecimal()}
    if not named:
        raise Missing(
            f"{path} holds no mask that is named as a picture.",
            "Name them by the pictures' numbers: 0007.png or 7.png.",
        )
    return {number: _read(file) for number, file in named.items()}


def _read(path: Path) -> Alpha:
    found = decode(read_bytes(path), path)
    if found.alpha is not None:
        raise BadInput(
            f"{path} is transparent in places; wanted white where something goes, else black.",
            "Save it without transparency.",
        )
    return np.where(found.pixels.mean(axis=2) >= 128, 255, 0).astype(np.uint8)


def _given(masks: dict[int, Alpha], number: int, now: Layers) -> Alpha:
    mask = masks.get(number, masks.get(0))
    if mask is None:
        raise Unfit("has no mask in that folder.")
    wide, high = now.size
    if mask.shape != (high, wide):
        what = f"shows {wide}x{high} pixels, and its mask has {mask.shape[1]}x{mask.shape[0]}."
        raise Unfit(what, "Paint the mask over the picture as it is now.")
    return mask


def _found(finder: Finder, tag: str, now: Layers) -> Alpha:
    (everything,) = finder.find([now.pixels])
    plain = tag.strip().casefold()
    some = [one for one in everything if one.name.casefold() == plain]
    if not some:
        names = ", ".join(sorted({one.name for one in everything})) or "nothing"
        raise Unfit(f"no '{tag}' was found in it, but {names}.")
    area = np.zeros(now.pixels.shape[:2], np.uint8)
    for one in some:
        area = np.maximum(area, _area(one, *now.size))
    return area


def _area(one: Found, width: int, height: int) -> Alpha:
    if one.mask is not None:
        return np.where(one.mask, 255, 0).astype(np.uint8)
    left, top, right, bottom = one.box
    box = (int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom)))
    return of_boxes((box,), width, height)


def _means(name: str, hole: Hole, done: Edited, shares: Sequence[float]) -> list[str]:
    found = []
    if shares and max(shares) > LARGE:
        found.append(
            f"The largest hole is {max(shares):.0%} of its picture: large ones get smeared. Look "
            "at them (--sheet look.png), or crop it away instead."
        )
    if hole.tag and done.pictures:
        found.append(
            f"Where captions name it still: castmates captions edit {name} --remove '{hole.tag}'."
        )
    return found
