"""Teaches the text encoder to bind words before a picture is drawn; knows no pixels.

One learned query per slot (kind, hair colour, left outfit colour, ...) attends over the tokens, as
the U-Net's cross-attention will, and a linear head names the slot's tag. Trained jointly with the
U-Net from scratch, binding was learned slowly; this takes minutes (our measurement, design study).
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import storybook.world as world
from castmates.core.events import Began, Measured, Moved, Tell
from storybook.train.data import framed
from storybook.train.loop import Loop
from storybook.train.networks import autocast
from storybook.train.settings import Job, TextSettings
from storybook.train.tokenizer import tokens_of

NOTHING = "-"
UNSCORED = -100
Slots = dict[str, str]


class Reader(nn.Module):
    """Reads slots from token states: a query, shared keys and values, a head for each slot."""

    def __init__(self, width: int, choices: dict[str, list[str]]) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.randn(len(choices), width) * 0.05)
        self.keys = nn.Linear(width, width)
        self.values = nn.Linear(width, width)
        self.heads = nn.ModuleList(nn.Linear(width, len(c)) for c in choices.values())
        self._scale = width**-0.5

    def forward(self, states: Tensor) -> list[Tensor]:
        """(n, tokens, width) -> for each slot (n, its choices) logits."""
        weights = (self.queries @ self.keys(states).transpose(1, 2) * self._scale).softmax(-1)
        read = weights @ self.values(states)
        return [head(read[:, i]) for i, head in enumerate(self.heads)]


def choices_of(slots: list[Slots]) -> dict[str, list[str]]:
    """For every slot that occurs, the tags it takes; the first choice is `nothing`."""
    found: dict[str, set[str]] = {}
    for one in slots:
        for name, tag in one.items():
            found.setdefault(name, set()).add(tag)
    return {name: [NOTHING, *sorted(found[name])] for name in sorted(found)}


def targets_of(slots: list[Slots], captions: list[str], choices: dict[str, list[str]]) -> Tensor:
    """(n, slots) choice numbers; unscored where the caption leaves the slot's words out."""
    rows = []
    for one, caption in zip(slots, captions, strict=True):
        row = []
        for name, tags in choices.items():
            tag = one.get(name)
            said = tag is None or tag in caption
            row.append(tags.index(tag or NOTHING) if said else UNSCORED)
        rows.append(row)
    return torch.tensor(rows)


def read_loss(outputs: list[Tensor], targets: Tensor) -> tuple[Tensor, float]:
    """Summed cross-entropy over the slots, and the share of said slots that were read right."""
    loss, right, said = outputs[0].new_zeros(()).float(), 0.0, 0.0
    for i, output in enumerate(outputs):
        wanted = targets[:, i]
        if bool((wanted != UNSCORED).any()):
            loss = loss + functional.cross_entropy(output.float(), wanted, ignore_index=UNSCORED)
        named = wanted > 0
        right += float((output.argmax(-1) == wanted)[named].sum())
        said += float(named.sum())
    return loss, right / max(1.0, said)


def train_text(text: Any, tokenizer: Any, settings: TextSettings, job: Job, tell: Tell) -> Any:
    """Train the text encoder on captions of both worlds until the budget ends.

    A batch holds either single characters (short captions) or several (long ones, harder to bind).
    """
    wide = settings.specs // 4
    specs = [framed(60_000_000 + i, "wide" if i < wide else "quiet") for i in range(settings.specs)]
    slots = [world.tags_of(spec) for spec in specs]
    choices = choices_of(slots)
    pools = [
        [i for i, spec in enumerate(specs) if (len(spec.characters) > 1) == crowded]
        for crowded in (False, True)
    ]
    torch.manual_seed(job.seed)
    reader = Reader(settings.width, choices).to(job.machine.device)
    text = text.to(job.machine.device).train()
    text.set_attn_implementation("eager")
    modules: dict[str, nn.Module] = {"text": text, "reader": reader}
    loop = Loop(job.work / "text.ckpt", modules, job.budget, settings.rate, job.seed)
    loop.resume()
    tell(Began(what="text", unit="minutes"))
    recent = 0.0
    while loop.done < 1:
        loop.clock.start()
        pool = pools[loop.rng.random() < settings.crowded]
        chosen = [loop.rng.choice(pool) for _ in range(settings.batch)]
        captions = [_caption(specs[i], loop.rng) for i in chosen]
        targets = targets_of([slots[i] for i in chosen], captions, choices)
        tokens = trimmed(tokens_of(tokenizer, captions)).to(job.machine.device)
        with autocast(job.machine):
            outputs = reader(text(tokens)[0])
        loss, right = read_loss(outputs, targets.to(job.machine.device))
        loop.learn(loss, settings.batch)
        recent = 0.95 * recent + 0.05 * right if recent else right
        if loop.step % 50 == 0:
            note = f"loss {(loop.loss or 0) / len(choices):.4f}, {recent:.1%} read"
            tell(Moved(what="text", done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    tell(Measured(name="slots read right", value=recent, at=loop.totals.samples))
    return text.eval()


def trimmed(tokens: Tensor) -> Tensor:
    """Without the padding that all captions share: states before it do not depend on it."""
    end = tokens[0, -1]
    longest = int((tokens != end).sum(1).max()) + 1
    return tokens[:, : longest + 1]


def _caption(spec: Any, rng: random.Random) -> str:
    caption: str = world.caption(spec, rng, 0.0)
    return caption


def save_text(text: Any, folder: Path) -> None:
    """Write the text encoder as transformers does."""
    text.save_pretrained(folder)
