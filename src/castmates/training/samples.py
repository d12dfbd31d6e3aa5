"""Pictures drawn while a run is going on, to see how it does; knows no loss and no optimizer.

They decide nothing: seeds are their own, the generators of the run are put back, and nothing is
left out by chance while they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import torch

from castmates.core.errors import CastmatesError, Missing
from castmates.core.events import Made, Tell, Warned
from castmates.core.types import AdapterUse, Character, Shot, Size
from castmates.core.units import Duration
from castmates.drawing.painter import Painter
from castmates.drawing.sampler_names import named
from castmates.drawing.samplers import SAMPLERS
from castmates.families.base import Base
from castmates.files import images
from castmates.training import prompt_file
from castmates.training.checkpoint_names import sample_name
from castmates.training.configs import neutral
from castmates.training.plan import Plan
from castmates.training.prompt_file import SamplePrompt
from castmates.training.seeding import chance_of

_FILES = (".txt", ".toml", ".json")
_KOHYA = {
    "euler_a": "euler a",
    "k_euler_a": "euler a",
    "dpm_2_a": "dpm2 a",
    "dpmsolver": "dpm++ 2m",
    "dpmsolver++": "dpm++ 2m",
    "dpmsingle": "dpm++ 2s a",
}
"""sd-scripts' names that are nobody else's -> ours."""
_INSTEAD = "ddim"


@dataclass(frozen=True)
class Samples:
    """What is drawn, and when.

    Attributes:
        prompts: each a picture.
        every: after so long.
        first: before the first step as well.
        sampler: of prompts that name none; kohya's name, or ours.
    """

    prompts: tuple[SamplePrompt, ...]
    every: Duration
    first: bool = False
    sampler: str = _INSTEAD

    @staticmethod
    def of(
        wanted: neutral.Samples, character: Character, near: Path | None = None
    ) -> Samples | None:
        """What settings ask for; None: no samples.

        Without prompts the character itself is drawn, always from the same seed.

        Args:
            near: a folder that prompt files may lie in, besides the one that one stands in.

        Raises:
            Missing, BadInput: the prompt file is not there, or is none.
        """
        if wanted.sample_every is None:
            return None
        prompts = _prompts(wanted.sample_prompts, near)
        if not prompts:
            words = ", ".join(one for one in (character.trigger, character.class_word) if one)
            prompts = (SamplePrompt(words, character.negative, seed=1),)
        return Samples(prompts, wanted.sample_every, wanted.sample_first, wanted.sample_sampler)

    def due(self, step: int, road: Plan) -> bool:
        """Whether pictures are drawn after this step; 0: before the first."""
        if step == 0:
            return self.first
        every = self.every.in_steps(road.steps_per_epoch)
        return step % every == 0 or (self.every.unit == "epochs" and step == road.steps)


class Gallery:
    """Draws the samples of one run into a folder.

    Args:
        base: with the adapter that learns in its bank.
        name: of the adapter, and of the files.
        seed: of the run: pictures whose prompt has none get another one each time.
        adapter: its name in the bank, where that is another one.

    Raises:
        BadInput, Missing, Unfit: what cannot be drawn on this base; told before the first step.
    """

    def __init__(
        self,
        base: Base,
        samples: Samples,
        name: str,
        seed: int,
        tell: Tell,
        adapter: str = "",
    ) -> None:
        self._base, self._samples, self._name, self._seed = base, samples, name, seed
        self._tell, self._adapter = tell, adapter or name
        for note in self._notes():
            tell(Warned(what=note))
        with base.bank.called(self._adapter, name):
            Painter(base).draw(self._shots(0))

    def draw(self, step: int, road: Plan, folder: Path) -> bool:
        """Draw what is due after this step; whether anything was.

        A picture that fails is told and stops nothing.
        """
        if not self._samples.due(step, road):
            return False
        by_epoch = self._samples.every.unit == "epochs"
        at = {"epoch": road.epoch_of(step)} if by_epoch else {"step": step}
        when = datetime.now().strftime("%Y%m%d%H%M%S")
        try:
            called = self._base.bank.called(self._adapter, self._name)
            with called, _undisturbed(self._base.device):
                for drawn in Painter(self._base).draw(self._shots(step)):
                    seed = self._samples.prompts[drawn.index].seed
                    file = sample_name(self._name, drawn.index, when, seed=seed, **at)
                    images.write_png(folder / file, drawn.pixels, drawn.texts)
                    self._tell(Made(what="sample", path=str(folder / file)))
        except CastmatesError as error:
            self._tell(Warned(what=f"Samples after step {step} were not drawn: {error}"))
        return True

    def _shots(self, step: int) -> list[Shot]:
        return [self._shot(one, place, step) for place, one in enumerate(self._samples.prompts)]

    def _shot(self, prompt: SamplePrompt, place: int, step: int) -> Shot:
        native = self._base.facts.native_size
        width, height = (prompt.width, prompt.height) if prompt.sized else (native, native)
        seed = prompt.seed
        if seed is None:
            seed = chance_of(self._seed, "sample", place, step).randrange(2**32)
        return Shot(
            words=prompt.words,
            negative=prompt.negative,
            reading="prompt",
            seed=seed,
            size=Size(width=width, height=height),
            sampler=sampler_of(prompt.sampler or self._samples.sampler) or _INSTEAD,
            steps=prompt.steps,
            guidance=prompt.guidance,
            adapters=(AdapterUse(name=self._name),),
        )

    def _notes(self) -> Iterator[str]:
        for name in dict.fromkeys(
            p.sampler or self._samples.sampler for p in self._samples.prompts
        ):
            if sampler_of(name) is None:
                yield f"Samples: there is no sampler '{name}'; {_INSTEAD} draws instead."
        if any(prompt.control for prompt in self._samples.prompts):
            yield "Samples: control pictures (--cn) are left out."


def sampler_of(name: str) -> str | None:
    """Our name of a sampler that sd-scripts, A1111 or we name; None: we have none like it."""
    plain = name.strip().lower()
    found = _KOHYA.get(plain) or named(plain).sampler
    return found if found in SAMPLERS else None


def _prompts(text: str, near: Path | None) -> tuple[SamplePrompt, ...]:
    """From a file, or from the text itself."""
    if not text.strip():
        return ()
    if "\n" in text or not text.strip().endswith(_FILES):
        return prompt_file.read_text(text).prompts
    places = [Path(text.strip()).expanduser(), *([near / text.strip()] if near else [])]
    for place in places:
        if place.is_file():
            return prompt_file.read_file(place).prompts
    raise Missing(f"There is no prompt file '{text.strip()}'.", "Check sample_prompts.")


@contextmanager
def _undisturbed(device: torch.device) -> Iterator[None]:
    """Generators of the process are inside as they like, and afterwards as they were."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield
