"""One prompt over the cast: whom `{who}` stands for, and a wish for each; draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from castmates.core.errors import BadInput, Misfits, Missing
from castmates.core.events import Tell, Warned
from castmates.core.near import did_you_mean
from castmates.files.studio import Studio
from castmates.prompts.reading import WHO
from castmates.studio.draw import Wish
from castmates.studio.lore import called_in, is_chosen

EVERYBODY = "all"


def members(studio: Studio, asked: str | None, prompts: Iterable[str], tell: Tell) -> list[str]:
    """The characters that `{who}` in prompts stands for; none where no prompt has it.

    Args:
        asked: names with commas between; "all": who has a chosen adapter; None: these, if a prompt
            has `{who}`.

    Raises:
        BadInput: a name that nobody has, the nearest is told; or no prompt has `{who}`.
        Missing: nobody has a chosen adapter.
    """
    wanted = any(WHO in called_in(prompt) for prompt in prompts)
    if not wanted and asked is not None:
        what = "The prompt does not say where the cast goes."
        raise BadInput(what, "Write {who} there, or MODEL_TARGET_NAME.")
    if not wanted:
        return []
    if asked is not None and asked.strip().lower() != EVERYBODY:
        return _named(studio, asked)
    cast = studio.characters()
    ready = [name for name in cast if is_chosen(studio.character(name).character)]
    others = [name for name in cast if name not in ready]
    if not ready:
        first = cast[0] if cast else "pip"
        what = f"Nobody in {studio.path} has a chosen adapter."
        raise Missing(what, f"Run: castmates make PICTURES --name {first}")
    if asked is None:
        fix = f"Or name whom you want: --cast {ready[0]}"
        tell(Warned(what=f"{{{WHO}}} stands for {_listed(ready)}.", fix=fix))
    if others:
        what = f"Not drawn, without a chosen adapter: {_listed(others)}."
        tell(Warned(what=what, fix=f"By words alone: --cast {','.join([*ready, others[0]])}"))
    return ready


def for_members(wishes: Sequence[Wish], cast: Sequence[str]) -> list[Wish]:
    """A wish for each member where the words have `{who}`; the others are left as they are."""
    found: list[Wish] = []
    for wish in wishes:
        if WHO not in called_in(wish.words):
            found.append(wish)
            continue
        for who in cast:
            name = "-".join(part for part in (wish.name, who) if part)
            found.append(wish.model_copy(update={"who": who, "name": name}))
    return found


def _named(studio: Studio, asked: str) -> list[str]:
    known = studio.characters()
    names = list(dict.fromkeys(part.strip() for part in asked.split(",") if part.strip()))
    misfits = Misfits()
    if not names:
        misfits.add(BadInput("--cast names nobody.", "Write: --cast all, or --cast pip,moss"))
    for name in names:
        if name not in known:
            what = f"No character '{name}' in {studio.path}."
            misfits.add(BadInput(what, did_you_mean(name, known)))
    misfits.raise_if_any()
    return names


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
