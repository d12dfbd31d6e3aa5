"""The verb `export adapter`: the chosen adapter as a folder to hand on; uploads nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from castmates import __version__
from castmates.adapters.card import AdapterCard, describe
from castmates.core.errors import BadInput, CastmatesError, Missing
from castmates.core.events import Began, Tell, Warned, silent
from castmates.core.types import Character, Value
from castmates.files import images, settings
from castmates.files.handover import hand_over
from castmates.files.reading import read_bytes
from castmates.files.studio import CharacterFolder, Studio, StudyFolder
from castmates.judging import evidence
from castmates.judging.choice import Decision
from castmates.judging.reasons import figure, percent
from castmates.judging.scores import CellScore
from castmates.studio.model_terms import Terms
from castmates.studio.model_verbs import show
from castmates.studio.models import base_name

MOST = 6
"""Previews at most."""
CARD, HASHES = "README.md", "hashes.txt"


class ExportedAdapter(Value):
    """A folder to hand on.

    Attributes:
        file: the adapter's; sha256: of the whole file (web sites show its first ten digits as
            AutoV2); tensors_sha256: of its tensors (AutoV3 in infotexts).
        previews: pictures with their infotext inside.
        licence: as the card says it; "": nobody said one.
    """

    folder: str
    file: str
    strength: float
    trigger: str
    sha256: str
    tensors_sha256: str
    previews: tuple[str, ...]
    licence: str = ""
    written: int
    there: int


def adapter(
    studio: Studio, name: str, into: Path, licence: str = "", tell: Tell = silent
) -> ExportedAdapter:
    """Write the chosen adapter, its card, previews and hashes into a folder.

    The same call again writes only what changed. Nothing leaves the machine.

    Args:
        licence: under which you give it away; "": the card says that nobody has said.

    Raises:
        Missing: no such character, or nothing is chosen yet.
        BadInput: foreign files in the folder, or a folder inside the cast.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    folder = studio.character(name)
    if not folder.adapter_path.is_file():
        raise Missing(f"'{name}' has no chosen adapter.", f"Run: castmates choose {name}")
    if into.resolve().is_relative_to((studio.path / "cast").resolve()):
        raise BadInput(f"{into} lies in the studio's cast.", "Give a folder outside of it.")
    tell(Began(what="exporting the adapter"))
    _warn(folder.character, licence, tell)
    inside = describe(folder.adapter_path)
    terms = _terms(studio, folder)
    shown = _previews(folder, inside)
    planned: dict[str, Callable[[], bytes]] = {
        f"{name}.safetensors": partial(read_bytes, folder.adapter_path)
    }
    plain = folder.adapter_path.with_name(f"{name}-lora.safetensors")
    if plain.is_file():
        planned[plain.name] = partial(read_bytes, plain)
    for number, path in enumerate(shown, 1):
        planned[f"previews/{number:02d}.png"] = partial(read_bytes, path)
    names = [each for each in planned if each.startswith("previews/")]
    card = _card(folder, inside, terms, licence, names)
    planned[CARD] = lambda: card.encode()
    planned[HASHES] = lambda: _hashes(inside).encode()
    done = hand_over(into, planned, lambda _path: False)
    return ExportedAdapter(
        folder=str(into),
        file=f"{name}.safetensors",
        strength=folder.character.strength or 1.0,
        trigger=folder.character.trigger,
        sha256=inside.sha256,
        tensors_sha256=inside.tensors_sha256,
        previews=tuple(names),
        licence=licence,
        written=done.written,
        there=done.there,
    )


def _warn(who: Character, licence: str, tell: Tell) -> None:
    if not licence:
        fix = 'Say one: --licence "CC BY 4.0"'
        tell(Warned(what="No licence is said: others may not use it then.", fix=fix))
    if who.likeness == "real person":
        consent = f' Consent is noted as: "{who.consent}".' if who.consent else ""
        what = f"'{who.name}' is a real person: hand it on only with their consent.{consent}"
        tell(Warned(what=what, fix="Ask them, and write it into character.toml: consent."))


def _terms(studio: Studio, folder: CharacterFolder) -> Terms | None:
    """Under which terms the base comes; None: it cannot be looked up here."""
    try:
        return show(studio, base_name(studio, folder.character, None)).terms
    except CastmatesError:
        return None


def _previews(folder: CharacterFolder, inside: AdapterCard) -> list[Path]:
    """Pictures whose infotext names this very adapter: first pictures, else the study's."""
    mark = inside.tensors_sha256[:12]
    for target in reversed(folder.studies()):
        drawn = sorted((target.path / "pictures").glob("*.png"))
        told = [p for p in drawn if mark in images.read_text(p).get("parameters", "")]
        if told or (told := _of_pick(target, folder, inside)):
            return told[:MOST]
    return []


def _of_pick(target: StudyFolder, folder: CharacterFolder, inside: AdapterCard) -> list[Path]:
    """The best picture of each prompt that the chosen arm has in a study."""
    decision = _chosen_in(target, folder, inside)
    if decision is None or not target.evidence.is_file():
        return []
    at = (decision.pick.epoch, decision.pick.strength)
    own = [
        cell
        for cell in evidence.read(target).scores.cells
        if (cell.epoch, cell.strength) == at and cell.family != "leak"
    ]
    best: dict[str, CellScore] = {}
    for cell in sorted(own, key=lambda one: (-(one.obedience or 0.0), -one.likeness, one.name)):
        best.setdefault(cell.prompt, cell)
    return [target.cells / cell.name for cell in best.values()]


def _chosen_in(
    target: StudyFolder, folder: CharacterFolder, inside: AdapterCard
) -> Decision | None:
    """A study's choice, where it is the one that the character has now."""
    if not target.choice.is_file():
        return None
    found = settings.load(target.choice, Decision)
    now = (inside.epoch, folder.character.strength)
    return found if (found.pick.epoch, found.pick.strength) == now else None


def _decision(folder: CharacterFolder, inside: AdapterCard) -> Decision | None:
    """The newest choice of this epoch and strength."""
    found = (_chosen_in(target, folder, inside) for target in reversed(folder.studies()))
    return next((one for one in found if one is not None), None)


def _card(
    folder: CharacterFolder,
    inside: AdapterCard,
    terms: Terms | None,
    licence: str,
    shown: list[str],
) -> str:
    """The card as Markdown."""
    who = folder.character
    title = who.name.replace("_", " ").replace("-", " ").title()
    lines = [f"# {title}", ""]
    if shown:
        lines += [" ".join(f"![{title}]({path})" for path in shown[:3]), ""]
    facts = {
        "trigger": f"`{who.trigger}`",
        "strength": f"{who.strength or 1.0:g}",
        "use": f"`<lora:{who.name}:{who.strength or 1.0:g}>` and the trigger in the prompt",
        "base": inside.base or who.base or "",
        "kind": f"{inside.kind}, rank {inside.rank}" if inside.rank else inside.kind,
        "epoch": str(inside.epoch or ""),
        "negative words": who.negative,
        "licence": licence or "none said: ask before you use it",
        "base's licence": _sale(terms),
        "consent": who.consent,
    }
    lines += ["| | |", "|---|---|"]
    lines += [f"| {what} | {value} |" for what, value in facts.items() if value]
    decision = _decision(folder, inside)
    if decision is not None:
        pick = decision.pick
        low, high = pick.likeness_interval
        lines += ["", "## How it was chosen", ""]
        lines += [f"{pick.reasons[0]}" if pick.reasons else ""]
        lines += [
            f"Likeness {figure(pick.likeness)} ({figure(low)}-{figure(high)}), obedience "
            f"{percent(pick.obedience)}: readings of small models on few pictures."
        ]
    lines += ["", "## Hashes", "", "```", _hashes(inside).rstrip(), "```", ""]
    lines += [f"Made with castmates {__version__}. Previews carry their settings inside (A1111)."]
    return "\n".join(lines) + "\n"


def _sale(terms: Terms | None) -> str:
    if terms is None or not terms.licence:
        return "not known here: read its maker's page"
    return f"{terms.licence}; may pictures be sold: {terms.sale}"


def _hashes(inside: AdapterCard) -> str:
    return (
        f"SHA256  {inside.sha256}\n"
        f"AutoV2  {inside.sha256[:10]}\n"
        f"AutoV3  {inside.tensors_sha256[:12]}\n"
        f"tensors {inside.tensors_sha256}\n"
    )
