"""What a training goes on from: a file, its ranks, the stage before; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import CastmatesError
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.files.studio import Studio
from castmates.files.tensors import tensor_hash
from castmates.studio.train import plan_of, train
from castmates.studio.train_choice import Wish
from castmates.studio.train_order import Order
from tests.pictures.drawn import picture

QUICK = ("length=1 steps", "save_every=1 steps", "batch=1", "size=64")
TWO = (*QUICK, "rank=2", "alpha=1", "conv_rank=3", "kind=loha")


def test_a_file_its_ranks_and_the_stage_before(tmp_path: Path) -> None:
    base, studio = str(tiny(tmp_path / "base")), Studio.init(tmp_path / "studio")
    folder = studio.add_character(Character(name="pip", trigger="pip"))
    picture(1).save(folder.picture_path(1))
    folder.write_caption(1, "pip, forest")

    def order(*set_: str) -> Order:
        return Order("pip", None, Wish.of(preset="short", set_=set_), base)

    with pytest.raises(CastmatesError, match="no finished run of pip"):
        plan_of(studio, order(*TWO, "start_from=the stage before"), probing=False)
    last = Path(train(studio, order(*TWO)).adapters[-1])
    with_ranks = order(*QUICK, f"start_from={last}", "rank_from_file=true")
    found = plan_of(studio, with_ranks, probing=False).choice
    recipe = found.recipe
    assert (recipe.kind, recipe.rank, recipe.alpha, recipe.conv_rank) == ("loha", 2, 1.0, 3)
    assert recipe.start_from == tensor_hash(last)
    assert f"Note: it goes on from {last}" in found.lines()
    before = plan_of(studio, order(*TWO, "start_from=the stage before"), probing=False)
    assert before.choice.recipe.start_from == recipe.start_from
    with pytest.raises(CastmatesError, match=r"has loha of rank 2 .*; wanted loha of rank 4"):
        plan_of(studio, order(*QUICK, "kind=loha", "rank=4", "start_from=the stage before"))
    with pytest.raises(CastmatesError, match=r"no adapter 'gone\.safetensors'"):
        plan_of(studio, order(*TWO, "start_from=gone.safetensors"), probing=False)
    with pytest.raises(CastmatesError, match="and no file"):
        plan_of(studio, order(*TWO, "rank_from_file=true"), probing=False)
