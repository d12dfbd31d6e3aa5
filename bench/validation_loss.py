"""Does the lowest loss on held-out pictures name the best epoch? Asked of the oracle, over runs.

    python -m bench.validation_loss --runs 10 --pictures 12 --work build/validation-loss

Trains each character by the recipe of `castmates make` into WORK (finished runs are taken as they
are; the same command goes on), draws the same fresh prompts and seeds at every epoch at strength
.8, and lets the oracle, which nothing that trains or chooses ever sees, say how much is right:
identity and asked tags, and of both the harmonic mean. Prints per run the epoch of the lowest
held-out loss, the oracle's best epoch, and what taking the former costs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median

import numpy as np

from castmates.adapters.file import load
from castmates.core.events import Event, Measured, Moved
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.files.journal import replay
from castmates.files.runs import RunFolder
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.writing import made
from castmates.studio.init import init
from castmates.studio.train import newest_finished
from storybook.evaluate.journeys import FIRST_SEED, MEMBERS, by_oracle, prompts
from storybook.evaluate.training import trained
from storybook.oracle.reading import Oracle

ORDER = ("zuvia", "fenn", "ondo", "tikka", "wim", "kestrel", "pip", "moss", "rivet", "maro", "bolt")
STRENGTH = 0.8


def trained_and_told(base: Base, studio: Studio, name: str) -> CharacterFolder:
    """The character's folder with a finished run; every 50th step is told."""
    began = [0.0]

    def tell(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done >= began[0]:
            began[0] = event.done + 50
            print(f"  {name}: step {event.done} {event.note}", file=sys.stderr, flush=True)

    return trained(base, studio, MEMBERS[name], tell=tell)


def losses(run: RunFolder, epochs: int) -> list[float]:
    """The held-out loss after each epoch."""
    told = [e for _, e in replay(run.journal) if isinstance(e, Measured)]
    at = {e.at: e.value for e in told if e.name == "held_out_loss"}
    steps = sorted(at)[1:]
    assert len(steps) == epochs, (steps, epochs)
    return [at[step] for step in steps]


def truths(base: Base, run: RunFolder, name: str, eyes: Oracle, count: int) -> list[list[float]]:
    """Per epoch (identity, asked, harmonic mean) as the oracle reads them."""
    asked, found = prompts(MEMBERS[name], count, seed=7), []
    for _, path in run.checkpoints():
        base.bank.add(load(path, name=name))
        use = AdapterUse(name=name, strength=STRENGTH)
        shots = [
            Shot(words=one.words, seed=FIRST_SEED + i, adapters=(use,))
            for i, one in enumerate(asked)
        ]
        drawn = sorted(Painter(base).draw(shots), key=lambda one: one.index)
        shares = by_oracle(eyes, MEMBERS[name], [one.pixels for one in drawn], asked)
        identity, obeyed = shares.identity.value, shares.obedience.value
        both = 2 * identity * obeyed / max(identity + obeyed, 1e-9)
        found.append([identity, obeyed, both])
        base.bank.remove(name)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--work", type=Path, default=Path("build/validation-loss"))
    asked = parser.parse_args()
    work = made(asked.work)
    house = work / "studio"
    studio = Studio.open(house) if house.exists() else init(house)
    base, eyes, rows = open_base("storybook"), Oracle.open(), []
    for name in ORDER[: asked.runs]:
        kept = work / f"{name}-{asked.pictures}.json"
        if not kept.exists():
            run = newest_finished(trained_and_told(base, studio, name))
            truth = truths(base, run, name, eyes, asked.pictures)
            kept.write_text(json.dumps({"loss": losses(run, len(truth)), "truth": truth}))
        found = json.loads(kept.read_text())
        rows.append(_line(name, np.array(found["loss"]), np.array(found["truth"])[:, 2]))
    same, regrets, last = (list(column) for column in zip(*rows, strict=True))
    print(
        f"{len(rows)} runs: the lowest loss names the best epoch in {sum(same)}; what it costs: "
        f"median {median(regrets):.3f}, worst {max(regrets):.3f}; the last epoch instead: "
        f"median {median(last):.3f}, worst {max(last):.3f}"
    )


def _line(name: str, loss: np.ndarray, truth: np.ndarray) -> tuple[bool, float, float]:
    low, best = int(loss.argmin()), int(truth.argmax())
    ranks = [np.argsort(np.argsort(v)) for v in (-loss, truth)]
    rank = float(np.corrcoef(*ranks)[0, 1])
    print(
        f"{name}: lowest loss epoch {low + 1} ({loss[low]:.4f}), truth's best epoch {best + 1} "
        f"({truth[best]:.3f}); at the lowest loss {truth[low]:.3f}, at the last {truth[-1]:.3f}; "
        f"rank correlation {rank:+.2f}",
        flush=True,
    )
    return low == best, float(truth[best] - truth[low]), float(truth[best] - truth[-1])


if __name__ == "__main__":
    main()
