"""Find a base by name or folder, see which family it is of, and open it; knows no family inside.

torch is loaded when a base is opened: what a base is, its files alone tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.near import did_you_mean
from castmates.core.shelf import Shelf
from castmates.families import single_file
from castmates.families.facts import Facts, stated
from castmates.families.single_file import recognised
from castmates.files.embedded import FOLDER, mend, way_out

if TYPE_CHECKING:
    import torch

    from castmates.families.base import Base

STORYBOOK = "storybook"
"""The embedded base: the default of everything."""


class Family(Protocol):
    """One family's folder, as the shelf holds it."""

    def claims(self, folder: Path) -> bool:
        """Whether a base says of itself that it is of this family, whole or not."""
        ...

    def lacks(self, folder: Path) -> list[str]:
        """What the folder lacks to be a base of this family, in words; empty: it is one."""
        ...

    def facts(self, folder: Path) -> Facts:
        """What is so about the base; loads no weights. Raises BadInput."""
        ...

    def fingerprint(self, folder: Path) -> str:
        """64 hex digits that differ when the base draws otherwise; loads no weights."""
        ...

    def open(self, folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> Base:
        """Load it. Raises BadInput: a file is broken."""
        ...


@runtime_checkable
class TakesVae(Protocol):
    """A base that can be given another VAE."""

    def take_vae(self, path: Path) -> None:
        """Encode and decode with it from now on. Raises Missing, BadInput, Unfit."""
        ...


_WANTED = (
    "Give a Stable Diffusion 1.x, XL or Flux model in diffusers form (a folder with "
    "model_index.json)."
)

FAMILIES: Shelf[Family] = Shelf(
    "families",
    {
        "sd15": "castmates.families.sd15.family:SD15",
        "sdxl": "castmates.families.sdxl.family:SDXL",
        "flux": "castmates.families.flux.family:FLUX",
    },
)


def detect(folder: Path) -> str:
    """The name of the family that a base in a folder, or in one file, belongs to.

    Raises:
        Missing: there is no such folder.
        BadInput: it is no base; the message names what is missing, or what it is instead.
    """
    folder = Path(folder)
    if not folder.exists():
        raise Missing(f"There is no folder or file '{folder}'.", "Check the path.")
    named = stated(folder).family
    if named is not None and named not in FAMILIES:
        raise BadInput(f"{folder} says it is a '{named}'.", did_you_mean(named, FAMILIES))
    names = [named] if named else [n for n in FAMILIES if FAMILIES.take(n).claims(folder)]
    lacking = {name: FAMILIES.take(name).lacks(folder) for name in names or FAMILIES}
    best = min(lacking, key=lambda name: len(lacking[name]))
    if lacking[best] and folder.is_file():
        raise _no_checkpoint(folder, lacking[best])
    if lacking[best]:
        raise BadInput(
            f"{folder} is not a base folder: it lacks {', '.join(lacking[best])}.",
            way_out(folder, _WANTED),
        )
    return best


def _no_checkpoint(path: Path, lacking: list[str]) -> BadInput:
    """Why a file is no base that can be opened; what it is, where its names tell."""
    told = recognised(path)
    called = f"a {told.kind} of {' or '.join(told.families)}" if told and told.families else ""
    called = called or (f"a {told.kind}" if told else "nothing that is known here")
    return BadInput(
        f"{path} is no base that castmates opens: it is {called}, and lacks {', '.join(lacking)}.",
        "Give a whole Stable Diffusion 1.x checkpoint, or a model in diffusers form.",
    )


def notes_of(name: str | Path) -> tuple[str, ...]:
    """What should be said when a base is opened. Errors as in `open_base`."""
    path, _ = folder_of(name)
    return single_file.notes_of(path) if path.is_file() else ()


def folder_of(name: str | Path) -> tuple[Path, str]:
    """The folder (or the file) and the name of a base given by name or path.

    Raises:
        Missing: the embedded base is not installed, or there is no such folder.
        BadInput: a word that is neither a base nor a folder.
    """
    if str(name) == STORYBOOK:
        if not (FOLDER / "base").is_dir():
            raise Missing("The embedded storybook base is not installed.", mend())
        return FOLDER / "base", STORYBOOK
    path = Path(name).expanduser()
    if not path.exists() and len(path.parts) == 1:
        raise BadInput(
            f"There is no base '{name}', and no folder of that name.",
            did_you_mean(str(name), [STORYBOOK]),
        )
    return path, path.stem if path.is_file() else path.resolve().name


def facts_of(name: str | Path) -> Facts:
    """What is so about a base, without loading it. Errors as in `open_base`."""
    folder, _ = folder_of(name)
    return FAMILIES.take(detect(folder)).facts(folder)


def fingerprint_of(name: str | Path) -> str:
    """A base's fingerprint, without loading it; infotexts hold it. Errors as in `open_base`."""
    folder, _ = folder_of(name)
    return FAMILIES.take(detect(folder)).fingerprint(folder)


def open_base(
    name: str | Path, device: str | torch.device = "cpu", dtype: torch.dtype | None = None
) -> Base:
    """Open a base model.

    Args:
        name: "storybook", or the path of a diffusers folder or of a checkpoint in one file.
        device: "cpu", "cuda", "mps", or "auto": the best that there is.
        dtype: of the U-Net and the text encoder; None: float32.

    Raises:
        Missing: no such folder, or no such device here.
        BadInput: the folder is not a base, or a file in it is broken; the message says what.
    """
    import torch

    folder, called = folder_of(name)
    family = FAMILIES.take(detect(folder))
    return family.open(folder, called, _device(device), dtype or torch.float32)


def take_vae(base: Base, path: Path) -> None:
    """Put another VAE into an opened base: a file or a folder.

    Raises:
        Missing: there is no such file.
        BadInput: it is broken, or no VAE.
        Unfit: it is not for this base.
    """
    if not isinstance(base, TakesVae):
        raise Unfit(
            f"Bases of the family {base.facts.family} are drawn with their own VAE.",
            "Leave the VAE out.",
        )
    base.take_vae(path)


def _device(device: str | torch.device) -> torch.device:
    import torch

    mps = torch.backends.mps.is_available()
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": mps}
    if str(device) == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if here[kind]))
    try:
        wanted = torch.device(device)
    except RuntimeError as error:
        raise BadInput(f"'{device}' is no device.", did_you_mean(str(device), here)) from error
    if not here.get(wanted.type, False):
        raise Missing(f"This machine has no '{wanted.type}' device.", "Use the device 'cpu'.")
    return wanted
