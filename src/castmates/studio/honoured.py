"""Which files here are those that a picture was drawn with, by their hashes; draws nothing.

Files of the picture's own names are summed first. Others are summed only while that is a matter of
seconds; `castmates models list --hash` sums them all, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from castmates.backends.upscalers import UPSCALERS
from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing
from castmates.core.events import Tell, Warned
from castmates.core.near import did_you_mean
from castmates.core.types import Shot
from castmates.drawing.asked import asked_of, cutter_of
from castmates.drawing.parameters import named
from castmates.drawing.redraw import Again
from castmates.drawing.shots import ExtendedShot
from castmates.drawing.sources import BUILT_IN
from castmates.families.base import Base
from castmates.files.hashes import hashes_of
from castmates.files.studio import Studio
from castmates.prompts.scheduling import Pass
from castmates.studio.draw_extras import Extras
from castmates.studio.inversions import Inverted, chosen
from castmates.studio.library import Library
from castmates.studio.model_card import called, facts_or_why
from castmates.studio.model_index import Model, Models
from castmates.studio.model_scan import look_for, memory_of

SUMMED_AT_ONCE = 4 << 30
"""Bytes of files with other names that are summed to find a hash."""


class Honoured:
    """What a studio has of the files that pictures say they were drawn with."""

    def __init__(self, studio: Studio, tell: Tell) -> None:
        self.library, self._studio, self._tell = Library.of(studio), studio, tell

    def base(self, found: Again) -> str | None:
        """What opens the picture's base; None: it is not here, or castmates does not open it."""
        name, mark = found.model
        model = self._hashed(mark, "checkpoint", name)
        if model is None:
            return None
        why = facts_or_why(model)
        if isinstance(why, CastmatesError):
            what = f"The picture's base is here ({model.path}), but cannot be opened: {why.what}"
            self._tell(Warned(what=what))
            return None
        return called(model)

    def adapters(
        self, names: Sequence[str], marks: Mapping[str, str], family: str
    ) -> dict[str, Path]:
        """Adapter -> its file: by the picture's hash, else by its name.

        Args:
            marks: name, as `Lora hashes` has it -> the beginning of its hash.

        Raises:
            Missing, BadInput, Unfit: one is not here, or for another family; all at once.
        """
        misfits = Misfits()
        files: dict[str, Path] = {}
        for name in names:
            mark = marks.get(named(name), marks.get(name, ""))
            own = self.library.cast.get(name)
            if own is not None and (not mark or hashes_of(own).are(mark.lower())):
                files[name] = own
                continue
            model = self._hashed(mark, "lora", name)
            with misfits.gather():
                files[name] = Path(model.path) if model else self._by_name(name, mark, family)
        misfits.raise_if_any()
        return files

    def _by_name(self, name: str, mark: str, family: str) -> Path:
        try:
            path = self.library.adapter(name, family)
        except Missing as error:
            said = f" No file that is known here has its hash {mark}." if mark else ""
            raise Missing(error.what + said, error.fix) from error
        if mark and not hashes_of(path).are(mark.lower()):
            what = f"The adapter '{name}' here ({path}) is not the picture's ({mark[:12]})."
            self._tell(Warned(what=what, fix="Its own was found by no hash."))
        return path

    def inversions(self, found: Again, negative: str | None, base: Base) -> list[Inverted]:
        """The textual inversions of a picture: those that it tells, and those that words name here
        which castmates did not draw with: others' words, and new negative words.

        Args:
            negative: in place of the picture's; None: its own.

        Raises:
            Missing, BadInput, Unfit: one is not here, or does not fit the base; all at once.
        """
        known = self.library.inversions(base.facts.family)
        wanted = dict(found.inversions)
        if known:
            cutter = cutter_of(base.tokens, base.facts.max_tokens, dict.fromkeys(known, 1))
            own = {} if found.origin is None else {"words": "", "negative": ""}
            own |= {} if negative is None else {"negative": negative}
            shot = found.shot.model_copy(update=own)
            plan = asked_of(shot, cutter, Pass(shot.steps or 1), 1).plan
            # A1111 leaves signs out of the names in its list.
            told = {named(name) for name in wanted}
            wanted |= {name: "" for name in plan.inversions if named(name) not in told}
        spelt = {named(name).casefold(): name for name in known}
        misfits, files = Misfits(), []
        for name, mark in wanted.items():
            here = spelt.get(named(name).casefold(), name)
            with misfits.gather():
                files.append(self._inversion(here, mark, known, base))
        misfits.raise_if_any()
        return files

    def _inversion(
        self, name: str, mark: str, known: Mapping[str, Sequence[Model]], base: Base
    ) -> Inverted:
        files = known.get(name, ())
        same = [one for one in files if mark and hashes_of(Path(one.path)).are(mark.lower())]
        if mark and not same:
            other = self._hashed(mark, "embedding", name)
            same = [other] if other is not None else []
        if not same and not files:
            said = f" ({mark})" if mark else ""
            raise Missing(
                f"The picture was drawn with the embedding '{name}'{said}, which is not here.",
                "Put it into models/embeddings of the studio, or: castmates models add FOLDER",
            )
        if mark and not same:
            self._tell(Warned(what=f"The embedding '{name}' here is not the picture's ({mark})."))
        most = base.facts.max_tokens - 2
        return chosen(name, same or files, base.inversions.widths, most)

    def _hashed(self, mark: str, kind: str, name: str) -> Model | None:
        models = self.library.models.of(kind)
        if not mark or not len(models):
            return None
        near = {model.path for model in models.named(name)}
        others = [model for model in models if model.path not in near]
        some = tuple(model for model in models if model.path in near)
        if sum(model.bytes for model in others if model.form != "folder") <= SUMMED_AT_ONCE:
            some = models.models
        # What is summed already, and what headers state, costs nothing.
        if ready := models.hashed(mark):
            return ready[0]
        memory = memory_of(self._studio)
        found = look_for(Models(some), mark, memory, kind=kind, called=name, tell=self._tell)
        return found[0] if found else None


def known_upscaler(library: Library, said: str) -> str:
    """An upscaler as people name it, as what opens it: a file of the library by its name.

    Raises:
        BadInput: there is none of that name; the nearest is offered. Or several.
    """
    path = Path(said)
    if said in (*BUILT_IN, *UPSCALERS) or ":" in said or path.exists() or len(path.parts) > 1:
        return said
    found = library.upscaler(said)
    if found == said and not path.suffix:
        known = [*BUILT_IN, *UPSCALERS, *(model.name for model in library.models.of("upscaler"))]
        near = did_you_mean(said, known)
        raise BadInput(f"No '{said}' among the upscalers, and no such file.", near)
    return found


def with_known(studio: Studio, extras: Extras, shot: Shot | None = None) -> Extras:
    """The extras with the file of an upscaler that they, or else a drawn shot, name."""
    hires = shot.hires if isinstance(shot, ExtendedShot) else None
    said = extras.hires_upscaler or (hires.upscaler if hires is not None else None)
    if said is None or said in (*BUILT_IN, *UPSCALERS):
        return extras
    if extras.hires_upscaler is None:
        found = Library.of(studio).upscaler(said)
        return extras if found == said else extras.model_copy(update={"hires_upscaler": found})
    return extras.model_copy(update={"hires_upscaler": known_upscaler(Library.of(studio), said)})
