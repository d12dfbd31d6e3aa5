"""Write what the network sees in its first steps: pictures, words and noise; trains nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from castmates.core.errors import BadInput
from castmates.core.events import Began, Made, Moved, Tell
from castmates.core.ports import Pixels
from castmates.core.types import Character, Value
from castmates.families.base import Base
from castmates.files import images
from castmates.files.trouble import in_words
from castmates.files.writing import made, write_text
from castmates.studio.batch_sheet import AT_ONCE, Card, Cell, draw
from castmates.studio.train_choice import Choice
from castmates.training.latents import encode, masks_of
from castmates.training.lessons import Batch, Lessons
from castmates.training.looks import Look, Looks
from castmates.training.objective import noised
from castmates.training.plan import plan, repeated
from castmates.training.prepare import Material
from castmates.training.tints import PLAIN

_OURS = ("step-*.png", "step-*.txt", "sheet-*.png")


class Row(Value):
    """One picture of a batch as it is seen.

    Attributes:
        file: the PNG that was written, beside it the caption as `.txt`.
        picture: the name of the file that it comes from.
        visit: the how-manieth look at it in the run, from 1.
        view: size, window and side.
        weight: of its loss, beside 1 of an ordinary picture.
        colours: how they are shifted; "": not at all.
        of: "character", "class" (a regularization picture) or "base" (the base's own answer is the
            target).
    """

    file: str
    picture: str
    visit: int
    view: str
    colours: str
    caption: str
    timestep: int
    weight: float
    of: str


class Shown(Value):
    """What was written.

    Attributes:
        sheets: labelled sheets, a few batches on each.
        batches: the rows of each step.
    """

    folder: str
    sheets: tuple[str, ...]
    batches: tuple[tuple[Row, ...], ...]


def show_batches(
    base: Base, choice: Choice, who: Character, folder: Path, count: int, tell: Tell
) -> Shown:
    """Write the first batches of a run into a folder, in the place of earlier ones.

    Raises:
        BadInput: a count below 1, or a broken picture.
        Unfit: a picture that no bucket takes.
    """
    if count < 1:
        raise BadInput(f"{count} batches cannot be shown.", "Ask for 1 or more: --show-batches 4")
    recipe = choice.recipe
    road = plan(recipe, choice.items, who.name, native=base.facts.native_size)
    items = repeated(choice.items, recipe)
    looks = Material(base, recipe, items, road.steps, who, tell=tell).looks()
    _clear(made(folder))
    steps = range(min(count, road.steps))
    tell(Began(what="showing", total=len(steps), unit="batches"))
    cards, batches, sheets = [], [], []
    for step in steps:
        card, rows = _shown(base, looks, step, folder)
        batches.append(rows)
        cards.append(card)
        tell(Moved(what="showing", done=step + 1))
    title, line = f"What the network sees of {who.name}", str(road)
    for number in range(-(-len(cards) // AT_ONCE)):
        path = folder / f"sheet-{number + 1}.png"
        some = cards[number * AT_ONCE : (number + 1) * AT_ONCE]
        images.write_png(path, draw(some, title, line))
        sheets.append(str(path))
        tell(Made(what="sheet", path=str(path)))
    return Shown(folder=str(folder), sheets=tuple(sheets), batches=tuple(batches))


def _shown(base: Base, looks: Looks, step: int, folder: Path) -> tuple[Card, tuple[Row, ...]]:
    rows = looks.at(step)
    lessons = _lessons(base, looks, rows)
    batches = lessons.batches(step)
    noisy = [one for batch in batches for one in base.decode(_noisy(base, batch))]
    where = [(batch, place) for batch in batches for place in range(len(batch.words))]
    told, cells = [], []
    own = sum(not look.twin for look in rows)
    for place, look in enumerate(rows):
        batch, at = where[place]
        seen = look.tint.of(look.view.of(images.read(look.item.path)))
        name = f"step-{step + 1:04d}-{place + 1}"
        images.write_png(folder / f"{name}.png", seen)
        write_text(folder / f"{name}.txt", f"{look.words}\n")
        weight = look.weight * own / len(rows)
        row = _row(f"{name}.png", look, int(batch.timesteps[at]), weight)
        told.append(row)
        cells.append(_cell(row, _dimmed(seen, batch, at), noisy[place]))
    epoch = step // looks.order.updates + 1
    size = "{}x{}".format(*rows[0].view.size)
    return Card(f"step {step + 1}", f"epoch {epoch}, {size}", tuple(cells), own), tuple(told)


def _lessons(base: Base, looks: Looks, rows: Sequence[Look]) -> Lessons:
    """Lessons that know these rows only."""
    shown = list(dict.fromkeys((look.item, look.view) for look in rows))
    recipe = looks.recipe
    plain = {(look.item, look.view) for look in rows if look.tint == PLAIN}
    latents = {(item.digest, view): encode(base, item, view) for item, view in plain}
    return Lessons(
        looks,
        latents,
        len(base.alphas_cumprod),
        lambda look: encode(base, look.item, look.view, look.tint),
        masks_of(base, shown, recipe.alpha_mask) if recipe.weighs else None,
        leans=base.facts.lean_of,
    )


def _noisy(base: Base, batch: Batch) -> Tensor:
    more = 0.0 if batch.more_noise is None else batch.more_noise
    a = base.alphas_cumprod.float()[batch.timesteps]
    kind = base.facts.prediction
    return noised(batch.latents, batch.noise + more, a, kind).to(base.device)


def _row(file: str, look: Look, timestep: int, weight: float) -> Row:
    of = "class" if look.item.regularization else "character"
    return Row(
        file=file,
        picture=look.item.path.name,
        visit=look.count + 1,
        view=str(look.view),
        colours=str(look.tint),
        caption=look.words,
        timestep=timestep,
        weight=weight,
        of="base" if look.preserved else of,
    )


def _cell(row: Row, seen: Pixels, noisy: Pixels) -> Cell:
    changes = ["mirrored"] if row.view.endswith("mirrored") else []
    changes += [row.colours] if row.colours else []
    changes += [f"weight {row.weight:g}"] if row.weight != 1 else []
    role = {"class": "the class", "base": "as the base says", "character": ""}[row.of]
    return Cell(
        seen,
        noisy,
        f"{row.picture}, look {row.visit}",
        f"t {row.timestep}",
        row.caption,
        ", ".join(changes),
        role,
    )


def _dimmed(seen: Pixels, batch: Batch, place: int) -> Pixels:
    """What does not count is pale."""
    if batch.mask is None:
        return seen
    weight = batch.mask[place, 0].numpy()
    height, width = seen.shape[:2]
    rows, columns = height // weight.shape[0], width // weight.shape[1]
    each = np.kron(weight, np.ones((rows, columns), np.float32))[..., None]
    pale: Pixels = (seen * (0.2 + 0.8 * each) + 255 * 0.8 * (1 - each)).astype(np.uint8)
    return pale


def _clear(folder: Path) -> None:
    for pattern in _OURS:
        for path in folder.glob(pattern):
            with in_words(path, "removed"):
                path.unlink()
