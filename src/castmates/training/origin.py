"""What a run was begun from, so that going on with something else is refused; knows no tensors."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.core.errors import Unfit
from castmates.core.types import Value
from castmates.files import settings
from castmates.files.studio import RunFolder
from castmates.training.data import Item
from castmates.training.recipe import Recipe, differences


class Picture(Value):
    """What of a picture decides the result; the file name serves messages only."""

    file: str
    digest: str
    repeats: int
    caption: str
    mask: str = ""
    regularization: bool = False
    rules: str = ""


class Origin(Value):
    """The base and the pictures of a run, in order: `state/origin.toml`."""

    base: str
    fingerprint: str
    pictures: tuple[Picture, ...]


def origin_of(base_name: str, fingerprint: str, items: Sequence[Item]) -> Origin:
    pictures = tuple(
        Picture(
            file=_called(i),
            digest=i.digest,
            repeats=i.repeats,
            caption=i.caption,
            mask=i.mask_digest,
            regularization=i.regularization,
            rules=repr(i.rules) if i.rules else "",
        )
        for i in items
    )
    return Origin(base=base_name, fingerprint=fingerprint, pictures=pictures)


def _called(item: Item) -> str:
    """The name in messages; pictures of several characters may have the same file name."""
    folder = "regularization" if item.regularization else item.of
    return f"{folder}/{item.path.name}" if folder else item.path.name


def claim(run: RunFolder, recipe: Recipe, origin: Origin) -> None:
    """Write recipe and origin into a new run folder, or see that an old one's are the same.

    Raises:
        Unfit: the folder holds a run of another recipe, base or set of pictures; says what differs.
    """
    origin_file = run.state / "origin.toml"
    found: list[str] = []
    if run.recipe.exists():
        found += differences(settings.load(run.recipe, Recipe), recipe)
    if origin_file.exists():
        found += _moved(settings.load(origin_file, Origin), origin)
    if found:
        shown = "; ".join(found[:6]) + (f"; and {len(found) - 6} more" if len(found) > 6 else "")
        raise Unfit(
            f"The run {run.path.name} was begun with something else: {shown}.",
            "Start a new run, or put back what was changed to go on with this one.",
        )
    run.state.mkdir(parents=True, exist_ok=True)
    if not run.recipe.exists():
        settings.save(run.recipe, recipe)
    if not origin_file.exists():
        settings.save(origin_file, origin)


def _moved(old: Origin, new: Origin) -> list[str]:
    found = []
    if old.fingerprint != new.fingerprint:
        found.append(f"the base was {old.base}, now {new.base} or changed")
    before = {p.file: p for p in old.pictures}
    after = {p.file: p for p in new.pictures}
    found += [f"picture {name} is gone" for name in before if name not in after]
    found += [f"picture {name} is new" for name in after if name not in before]
    for name in sorted(before.keys() & after.keys()):
        was, is_ = before[name], after[name]
        if was.digest != is_.digest:
            found.append(f"picture {name} is another one")
        if was.caption != is_.caption:
            found.append(f"the caption of {name} was changed")
        if was.repeats != is_.repeats:
            found.append(f"repeats of {name}: {was.repeats}, now {is_.repeats}")
        if was.rules != is_.rules:
            found.append(f"the caption of {name} is read by other rules")
        if was.mask != is_.mask:
            found.append(f"the mask of {name} was changed")
    if not found and old.pictures != new.pictures:
        found.append("the pictures come in another order")
    return found
