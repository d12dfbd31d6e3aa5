"""What names in prompts and options stand for: the cast's adapters, and files in known folders.

The cast comes first; then a file by its name, by its name in any case, by its header's own name
(`ss_output_name`). Where two files have the name, both are told, and neither is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.near import did_you_mean
from castmates.families.shelf import STORYBOOK, facts_of
from castmates.files.studio import Studio
from castmates.studio.model_card import called
from castmates.studio.model_index import Model, Models
from castmates.studio.model_scan import scan

_BASES = ("checkpoint", "network")


@dataclass(frozen=True)
class Library:
    """The names of one studio, as they are now.

    Attributes:
        cast: adapters of the characters, by name.
        models: files in the folders that the studio knows.
    """

    cast: Mapping[str, Path] = field(default_factory=dict)
    models: Models = field(default_factory=Models)

    @classmethod
    def of(cls, studio: Studio | None) -> Library:
        """A studio's; what cannot be looked into is passed over (`castmates models list` tells)."""
        if studio is None:
            return cls()
        models = scan(studio) if studio.model_folders() else Models()
        return cls(studio.adapters(), models)

    def adapter(self, name: str, family: str = "") -> Path:
        """The file of an adapter.

        Args:
            family: of the base; "": not known.

        Raises:
            Missing: there is none; the nearest of cast and folders is offered.
            BadInput: several files have the name.
            Unfit: it is for another family.
        """
        if name in self.cast:
            return self.cast[name]
        found = self._fitting(self.models.named(name, "lora"), family)
        if not found:
            loras = self.models.of("lora")
            known = {*self.cast, *(m.name for m in loras), *(m.alias for m in loras if m.alias)}
            raise Missing(f"There is no adapter '{name}'.", did_you_mean(name, known))
        model = self._one(name, found, "adapter")
        if family and model.families and family not in model.families:
            wanted = " or ".join(model.families)
            raise Unfit(
                f"The adapter '{name}' ({model.path}) is for {wanted}, and the base is {family}.",
                "Draw on a base of its family (--base), or take another adapter.",
            )
        return Path(model.path)

    def base(self, name: str) -> str:
        """What opens a base that is given by name, path or as "storybook".

        What is neither known here nor a path stays as it is: who opens it says what is wrong.

        Raises:
            BadInput: several models have the name.
        """
        if name == STORYBOOK or Path(name).expanduser().exists():
            return name
        found = [model for model in self.models.named(name) if model.kind in _BASES]
        return called(self._one(name, found, "base")) if found else name

    def upscaler(self, name: str) -> str:
        """The file of an upscaler; a name that is not known here stays as it is.

        Raises:
            BadInput: several files have the name.
        """
        found = self.models.named(name, "upscaler")
        return self._one(name, found, "upscaler").path if found else name

    def inversions(self, family: str = "") -> dict[str, Sequence[Model]]:
        """Textual inversions by name; of files for several families those for the base's."""
        found: dict[str, list[Model]] = {}
        for model in self.models.of("embedding"):
            found.setdefault(model.name, []).append(model)
        return {name: self._fitting(files, family) for name, files in found.items()}

    def _fitting(self, found: Sequence[Model], family: str) -> Sequence[Model]:
        """Those for a family where there are any: people keep a file for each."""
        return [m for m in found if family and family in m.families] or found

    def _one(self, name: str, found: Sequence[Model], what: str) -> Model:
        sums = {model.hashes.sha256 for model in found}
        if len(found) > 1 and (len(sums) > 1 or "" in sums):
            paths = ", ".join(model.path for model in found)
            raise BadInput(
                f"'{name}' names {len(found)} {what}s: {paths}.",
                "Write the folder too, as in folder/name.",
            )
        return found[0]


def family_of(base: str) -> str:
    """The family of a base by name or path; "": it cannot be told without opening it."""
    try:
        return facts_of(base).family
    except CastmatesError:
        return ""
