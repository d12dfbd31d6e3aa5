"""Look through the folders of models that a studio knows, and find a model by its hash.

Headers alone are read, and each file once: `models.json` in the studio remembers. Hashes of large
files are summed only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from castmates.core.errors import CastmatesError, Missing
from castmates.core.events import Began, Moved, Tell, Warned, silent
from castmates.families.recognising import edition
from castmates.families.shelf import FAMILIES, STORYBOOK, fingerprint_of
from castmates.files.embedded import FOLDER
from castmates.files.hashes import Hashes, hashes_of, quick_hash
from castmates.files.model_memory import FILE, ModelMemory
from castmates.files.model_tree import INDEX, ModelFile, look_through
from castmates.files.studio import Studio
from castmates.studio.model_facts import broken, facts_of_file
from castmates.studio.model_index import Model, Models, digits_of

LOOKING, SUMMING = "Looking at models", "Summing hashes"
_MIB = 1 << 20
_SHORT, _LORA = 8, 12


def scan(studio: Studio | None, tell: Tell = silent) -> Models:
    """All models in a studio's folders, the embedded base among them; without one, that alone.

    What cannot be looked into is told and in `unread`, and stops nothing.
    """
    roots = studio.model_folders() if studio is not None else []
    return scan_folders(roots, memory_of(studio), tell, first=_embedded())


def memory_of(studio: Studio | None) -> ModelMemory:
    """What the studio remembers of models."""
    path = studio.path / FILE if studio is not None else None
    return ModelMemory.open(path, " ".join((edition(), *FAMILIES)))


def scan_folders(
    roots: Iterable[Path],
    memory: ModelMemory,
    tell: Tell = silent,
    *,
    first: Sequence[ModelFile] = (),
) -> Models:
    """The same for any folders, behind what comes first; stopped, it remembers what it saw."""
    troubles: list[tuple[str, str]] = []
    files = list(first)
    for root in roots:
        try:
            tree = look_through(root)
        except CastmatesError as error:
            troubles.append((error.what, "Connect its drive, or take it out of studio.toml."))
            continue
        files += tree.found
        troubles += [(trouble.what, trouble.fix) for trouble in tree.troubles]
    for what, fix in troubles:
        tell(Warned(what=what, fix=fix))
    unread = [what for what, _ in troubles]
    once = _once(files)
    found: list[Model] = []
    tell(Began(what=LOOKING, total=len(once), unit="files"))
    try:
        for number, file in enumerate(once, 1):
            try:
                found.append(look_at(file, memory))
            except CastmatesError as error:
                unread.append(broken(file, error))
                tell(Warned(what=unread[-1], fix=error.fix))
            tell(Moved(what=LOOKING, done=number, note=file.path.name))
    finally:
        keep(memory, tell)
    return Models(tuple(found), tuple(unread))


def _once(files: Sequence[ModelFile]) -> list[ModelFile]:
    """Each file once, however many folders and links lead to it; one per name that it goes by."""
    known: dict[tuple[Path, str], ModelFile] = {}
    for file in files:
        known.setdefault((file.path.resolve(), file.path.name), file)
    return list(known.values())


def _embedded() -> list[ModelFile]:
    base = FOLDER / "base"
    there = (base / INDEX).is_file()
    return [ModelFile(base, "folder", "checkpoint", STORYBOOK)] if there else []


def look_at(file: ModelFile, memory: ModelMemory) -> Model:
    """From memory where the file is as it was, else from its header.

    Errors as in `castmates.studio.model_facts.facts_of_file`.
    """
    said, hashes = memory.said(file.path), memory.hashes(file.path)
    if said is not None:
        with suppress(ValidationError):
            kept = {**said, "path": str(file.path), "place": file.place, "hashes": hashes}
            return Model.model_validate(kept)
    model = facts_of_file(file)
    if file.path == FOLDER / "base":
        model = model.model_copy(update={"name": STORYBOOK})
    memory.learn(file.path, said=model.model_dump(mode="json", exclude_defaults=True))
    return model.model_copy(update={"hashes": hashes})


def keep(memory: ModelMemory, tell: Tell) -> None:
    """Remember what was seen; a studio that cannot be written is looked through anew each time."""
    try:
        memory.save()
    except CastmatesError as error:
        tell(Warned(what=f"What was seen is not remembered. {error.what}", fix=error.fix))


def with_hashes(models: Sequence[Model], memory: ModelMemory, tell: Tell = silent) -> list[Model]:
    """The same models with all their hashes; each file is read whole once, and remembered.

    A file that cannot be read any more is told, and stays as it was.
    """
    missing = [model for model in models if _lacks_hashes(model)]
    summed = {m.path: m for m in models}
    size = sum(model.bytes for model in missing if model.form != "folder")
    if size:
        tell(Began(what=SUMMING, total=max(1, size // _MIB), unit="MiB"))
    before = 0
    try:
        for model in missing:
            summed[model.path] = _summed(model, memory, before, tell)
            before += model.bytes
    finally:
        keep(memory, tell)
    return [summed[model.path] for model in models]


def _lacks_hashes(model: Model) -> bool:
    """Whether there is something to sum; folders that castmates does not open have none."""
    if model.form == "folder":
        return model.opens and not model.hashes.fingerprint
    return not model.hashes.sha256


def _summed(model: Model, memory: ModelMemory, before: int, tell: Tell) -> Model:
    path = Path(model.path)

    def moved(done: int) -> None:
        tell(Moved(what=SUMMING, done=(before + done) // _MIB, note=model.name))

    try:
        if model.form == "folder":
            hashes = Hashes(fingerprint=fingerprint_of(path))
        else:
            hashes = hashes_of(path, moved)
        memory.learn(path, hashes=hashes)
    except CastmatesError as error:
        tell(Warned(what=error.what, fix=error.fix))
        return model
    return model.model_copy(update={"hashes": hashes})


def look_for(
    models: Models,
    text: str,
    memory: ModelMemory,
    *,
    kind: str = "",
    called: str = "",
    tell: Tell = silent,
) -> tuple[Model, ...]:
    """Those that answer to a hash, summing as little as finds one.

    What is summed already comes first, then files of the name that stands beside the hash, then
    others. An AutoV1 (8 digits) reads 64 KiB of each file.

    Args:
        text: of at least 8 hexadecimal digits.
        kind: of model that is wanted; "": any.
        called: the name that stands beside the hash in an infotext; "": none.

    Returns:
        Nothing where no file answers, or `text` is no hash.
    """
    digits = digits_of(text)
    if found := models.hashed(digits, kind):
        return found
    if not digits:
        return ()
    others = [model for model in models.of(kind) if _lacks_hashes(model)]
    if len(digits) == _SHORT:
        quick = (m for m in others if m.form != "folder" and _quick(m) == digits)
        return tuple(quick)
    named = [m.path for m in models.named(called, kind)]
    likely = "lora" if len(digits) == _LORA else "checkpoint"
    # A folder's fingerprint is a matter of milliseconds; small files come before large ones.
    others.sort(key=lambda m: (m.path not in named, m.form != "folder", m.kind != likely, m.bytes))
    for model in others:
        (summed,) = with_hashes([model], memory, tell)
        if summed.answers(digits):
            return (summed,)
    return ()


def _quick(model: Model) -> str:
    try:
        return quick_hash(Path(model.path))
    except CastmatesError:
        return ""


def demand(models: Models, text: str, found: Sequence[Model], kind: str = "") -> Model:
    """The first that answered to a hash. Raises Missing: none did."""
    if not found:
        where = f"{len(models.of(kind))} models in the folders known here"
        raise Missing(
            f"None of {where} has the hash {text}.",
            "Tell where it is: castmates models add FOLDER",
        )
    return found[0]
