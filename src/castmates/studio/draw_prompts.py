"""Wishes from a prompt file, as kohya writes them for samples; draws nothing.

{who}, forest, smile --w 512 --h 768 --s 28 --l 7.5 --d 42 --n lowres
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput, Misfits
from castmates.core.events import Tell, Warned
from castmates.core.near import did_you_mean
from castmates.core.types import Size
from castmates.drawing.sampler_names import WRITTEN, named
from castmates.studio.draw import Wish
from castmates.training.prompt_file import SamplePrompt, read_file
from castmates.training.samples import sampler_of

_left_out = re.compile(r"[;,]? (?:it )?is left out\b")
"""How a training goes on; a picture would lack something."""
MOST_PIXELS, MOST_GUIDANCE = 8192, 100
_IDLE = {
    "control_ratio": "--ctr",
    "distilled": "--g",
    "renorm": "--rcfg",
    "flow_shift": "--fs",
}
"""What means something on other families alone."""


def wishes_of(path: Path, like: Wish, tell: Tell) -> list[Wish]:
    """A wish for each prompt of a file; what a line does not say is as in `like`.

    Raises:
        Missing, BadInput: no such file, or no prompt in it.
        BadInput: everything that cannot be read or drawn, at once, each with its line.
    """
    found = read_file(path)
    kind = "entry" if path.suffix in (".toml", ".json") else "line"
    misfits = Misfits()
    for note in found.unread:
        what = _left_out.sub("", note).rstrip(".")
        misfits.add(BadInput(f"{path}, {what}."))
    for prompt in found.prompts:
        for what, fix in _undrawable(prompt):
            misfits.add(BadInput(f"{path}, {kind} {prompt.at}: {what}", fix))
    misfits.raise_if_any()
    digits = len(str(max(prompt.at for prompt in found.prompts)))
    wishes = []
    for prompt in found.prompts:
        place = f"{path.name}, {kind} {prompt.at}"
        idle = [option for field, option in _IDLE.items() if field in prompt.said]
        if idle:
            tell(Warned(what=f"{place}: {', '.join(idle)} means nothing on this kind of base."))
        said = _said(prompt, like) | {"name": f"{kind}{prompt.at:0{digits}d}", "place": place}
        wishes.append(like.model_copy(update=said))
    return wishes


def _undrawable(prompt: SamplePrompt) -> Iterator[tuple[str, str]]:
    """What of a prompt cannot be drawn, and what to do about it."""
    said = prompt.said
    if not prompt.words:
        yield "there are no words.", "Write the prompt before '--'."
    if "control" in said:
        yield "control pictures ('--cn') are not drawn here.", "Leave it out."
    if len({"width", "height"} & said) == 1:
        yield "one side of the size is not said.", "Write both: --w 512 --h 768"
    if max(prompt.width, prompt.height) > MOST_PIXELS:
        yield f"the size is {prompt.width}x{prompt.height}.", f"Wanted at most {MOST_PIXELS}."
    if prompt.guidance > MOST_GUIDANCE:
        yield f"--l is {prompt.guidance:g}.", f"Wanted 0 to {MOST_GUIDANCE}."
    if prompt.seed is not None and not 0 <= prompt.seed < 2**63:
        yield f"--d is {prompt.seed}.", "Wanted 0 or more, and less than 2^63."
    if prompt.sampler and sampler_of(prompt.sampler) is None:
        near = did_you_mean(prompt.sampler, WRITTEN.values())
        yield f"there is no sampler '{prompt.sampler}'.", near


def _said(prompt: SamplePrompt, like: Wish) -> dict[str, Any]:
    """What a prompt says of a wish."""
    said = prompt.said
    course: dict[str, Any] = {
        name: getattr(prompt, name) for name in ("steps", "guidance") if name in said
    }
    if "width" in said:
        course["size"] = Size(width=prompt.width, height=prompt.height)
    if prompt.sampler:
        # A name of ours may say a schedule, too; sd-scripts' own names do not.
        known = sampler_of(prompt.sampler)
        course["sampler"] = prompt.sampler if named(prompt.sampler).sampler == known else known
    found: dict[str, Any] = {"words": prompt.words}
    found["course"] = like.course.model_copy(update=course)
    found |= {"negative": prompt.negative} if prompt.negative else {}
    found |= {"seed": prompt.seed} if prompt.seed is not None else {}
    return found
