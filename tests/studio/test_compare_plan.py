"""What a plot will be: what values stand for in a studio, and everything that does not fit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.types import Character
from castmates.files.studio import Studio
from castmates.judging.plots.plot import SEAT, Plot, cells
from castmates.studio.compare_plan import PlotWish, plot_of

LAYER = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


def adapter(path: Path, width: int = 768) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    zeros = np.zeros((2, width), np.float16) + len(path.stem)
    save_file({f"{LAYER}.lora_down.weight": zeros, f"{LAYER}.lora_up.weight": zeros.T.copy()}, path)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """Pip with epochs 1, 2 and 5 and a choice; Moss with 1 and 2; Zoe with nothing."""
    made = Studio.init(tmp_path / "s")
    for name, epochs in (("pip", (1, 2, 5)), ("moss", (1, 2)), ("zoe", ())):
        chosen = {"adapter": "pip.safetensors", "strength": 0.7} if name == "pip" else {}
        folder = made.add_character(
            Character(name=name, trigger=name, class_word="girl", negative="blurry", **chosen)
        )
        if epochs:
            run = folder.new_run("r")
            for epoch in epochs:
                adapter(run.path / f"{name}-{epoch:06d}.safetensors")
    adapter(made.character("pip").adapter_path)
    return made


def planned(studio: Studio, x: str, y: str | None = None, **more: Any) -> Plot:
    axes = {"x": x, "y": y} if y else {"x": x}
    shared = {"size": "64", **more.pop("shared", {})}
    return plot_of(studio, "pip", PlotWish(axes=axes, shared=shared, **more))


def values(plot: Plot, kind: str) -> tuple[str, ...]:
    return next(a.values for a in (*plot.axes, *plot.fixed) if a.kind == kind)


def test_epochs_are_those_of_the_newest_run_and_the_baseline_comes_first(studio: Studio) -> None:
    assert values(planned(studio, "epoch"), "epoch") == ("none", "1", "2", "5")
    assert values(planned(studio, "epoch: last, 1"), "epoch") == ("none", "5", "1")
    assert values(planned(studio, "epoch: 1-2", baseline=False), "epoch") == ("1", "2")
    made = planned(studio, "strength: 0-1 (+0.5)")
    assert values(made, "strength") == ("0", "0.5", "1")
    assert [arm.name for arm in made.arms] == ["pip"]
    assert values(planned(studio, "epoch"), "strength") == ("0.7",)


def test_without_words_the_bases_own_first_prompt_is_drawn(studio: Studio) -> None:
    made = planned(studio, "epoch: 1")
    assert values(made, "prompt")[0].startswith("pip, 1girl, solo, standing")
    assert values(made, "negative") == ("blurry",)
    assert made.words[0].words.endswith(SEAT)


def test_a_called_character_brings_the_cells_adapter_not_its_own(studio: Studio) -> None:
    made = planned(studio, "epoch: 5", prompts=("{pip}, (hat:1.2)",))
    _, cell = cells(made)
    assert cell.shot.words.startswith("<lora:pip-000005:0.7>pip, 1girl, solo, (hat:1.2)")
    assert cell.adapters.keys() == {"pip-000005"}
    other = cells(planned(studio, "epoch: 5", prompts=("pip, <lora:moss-000001:0.3> hat",)))[1]
    assert other.adapters.keys() == {"pip-000005", "moss-000001"}


def test_several_prompts_are_an_axis_in_the_next_slot(studio: Studio) -> None:
    made = planned(studio, "epoch: 1", prompts=("pip, a", "pip, b", "pip, a"))
    assert [axis.kind for axis in made.axes] == ["epoch", "prompt"]
    assert values(made, "prompt") == ("pip, a", "pip, b")
    assert len({cell.name for cell in cells(made)}) == 4


def test_search_and_replace_as_in_a1111(studio: Studio) -> None:
    made = planned(
        studio, "s/r: beach, forest, ", 's/r: "pip, hat", crown',
        prompts=("pip, hat, beach",), shared={"negative": "beach"},
    )  # fmt: skip
    tag = " <lora:pip:0.7>"
    found = [(c.shot.words.removesuffix(tag), c.shot.negative) for c in cells(made)]
    assert found == [
        ("pip, hat, beach", "beach"), ("pip, hat, forest", "forest"), ("pip, hat,", ""),
        ("crown, beach", "beach"), ("crown, forest", "forest"), ("crown,", ""),
    ]  # fmt: skip


def test_a_tag_of_a_prompt_can_be_searched_for(studio: Studio) -> None:
    tags = "<lora:pip-000001:0.5>, <lora:pip-000002:1>"
    made = planned(studio, f"s/r: {tags}", prompts=("pip, hat <lora:pip-000001:0.5>",))
    assert made.arms == ()
    assert [list(cell.adapters) for cell in cells(made)] == [["pip-000001"], ["pip-000002"]]


def test_characters_stand_where_the_words_say(studio: Studio) -> None:
    made = planned(studio, "character: pip, moss", "epoch: 1-2", prompts=("{who}, hat",))
    words = [cell.shot.words for cell in cells(made)]
    assert words[:2] == ["pip, 1girl, solo, hat", "moss, 1girl, solo, hat"]
    assert words[3].startswith("<lora:moss-000001:1>moss,")
    assert len({cell.name for cell in cells(made)}) == 6
    for word, epochs in (("all", ("none", "1", "2")), ("last", ("none", "2"))):
        shared = planned(studio, "character: pip, moss", f"epoch: {word}", prompts=("{who}",))
        assert values(shared, "epoch") == epochs
        assert all(cell.adapters for cell in cells(shared) if cell.at[1] != "none")
    usual = planned(studio, "character: pip, moss")
    assert [next(iter(cell.adapters)) for cell in cells(usual)] == ["pip", "moss-000002"]
    assert {cell.shot.words.split(",")[0] for cell in cells(usual)} == {"pip", "moss"}


def test_chance_is_the_seeds(studio: Studio) -> None:
    made = planned(studio, "seed: 1-20", prompts=("pip, {hat|crown|bow}",))
    words = [cell.shot.words for cell in cells(made)]
    assert len(set(words)) == 3
    assert words == [cell.shot.words for cell in cells(planned(
        studio, "seed: 1-20", prompts=("pip, {hat|crown|bow}",)))]  # fmt: skip


def test_growing_an_axis_is_the_same_plot(studio: Studio) -> None:
    small, grown = planned(studio, "epoch: 1"), planned(studio, "epoch: 1, 5")
    assert small.frame == grown.frame
    assert {cell.name for cell in cells(small)} < {cell.name for cell in cells(grown)}
    assert small.frame != planned(studio, "epoch: 1", shared={"steps": "3"}).frame


def test_an_adapter_may_be_a_file(studio: Studio, tmp_path: Path) -> None:
    adapter(tmp_path / "mine.safetensors")
    made = planned(studio, f"adapter: pip, {tmp_path}/mine.safetensors")
    assert [list(cell.adapters) for cell in cells(made)] == [[], ["pip"], ["mine"]]


@pytest.mark.parametrize(
    ("wish", "kind", "says"),
    [
        ({"x": "epohc: 1"}, BadInput, "Did you mean 'epoch'"),
        ({"x": "epoch: 3"}, Missing, "x: 'pip' has no epoch 3: the run .* saved 1, 2, 5"),
        ({"x": "epoch: 9-1"}, BadInput, "holds nothing"),
        ({"x": "adapter: pup"}, Missing, "no adapter 'pup'. Did you mean 'pip'"),
        ({"x": "adapter: no.safetensors"}, Missing, "no file 'no.safetensors'"),
        ({"x": "character: mos", "prompts": ("{who}",)}, Missing, "Did you mean 'moss'"),
        ({"x": "character: pip, zoe", "prompts": ("{who}",)}, Missing, "'zoe' has no trained"),
        ({"x": "character: pip, moss", "prompts": ("a fox",)}, BadInput, r"Write \{who\}"),
        ({"x": "character: pip, moss", "y": "epoch: 5"}, Missing, "'moss' has no epoch 5"),
        ({"x": "sampler: Eulr"}, BadInput, "no sampler 'Eulr'. Did you mean 'Euler'"),
        ({"x": "schedule: karas"}, BadInput, "Did you mean 'karras'"),
        ({"x": "size: 64, big"}, BadInput, "x: 'big' is no size"),
        ({"x": "size: 63"}, BadInput, "draws multiples of 8, not 63x63"),
        ({"x": "checkpoint: storybok"}, BadInput, "Did you mean 'storybook'"),
        ({"x": "s/r: dog, fox", "prompts": ("a cat",)}, BadInput, "'dog' stands neither"),
        (
            {"x": "s/r: a, b", "y": "s/r: a cat, c", "prompts": ("a cat",)},
            BadInput,
            "'a cat' stands neither .* after 'a' is replaced",
        ),
        (
            {"x": "epoch: 1", "prompts": ("<lora:pip:1> pip",)},
            BadInput,
            "names 'pip' itself, and epoch is an axis",
        ),
        ({"x": "epoch: 1", "prompts": ("<lora:glow:1> pip",)}, Missing, "no adapter 'glow'"),
        ({"x": "epoch: 1", "prompts": ("{pop}",)}, Missing, "no character 'pop'"),
        ({"x": "epoch: 1", "y": "adapter: pip"}, BadInput, "has no epochs to choose from"),
        ({"x": "steps: 5", "shared": {"steps": "6"}}, BadInput, "Both x and --steps are"),
        ({"x": "steps: 5", "shared": {"cfg": "1-3"}}, BadInput, "--cfg: '1-3' is 3 values"),
        ({"x": "steps: 5", "shared": {"clip skip": "99"}}, BadInput, "--clip-skip: clip skip 99"),
        ({"x": "prompt: a, b", "prompts": ("c",)}, BadInput, "on an axis and in --prompt"),
        (
            {"x": "steps: 1", "y": "cfg: 1", "z": "seed: 1", "w": "size: 64", "prompts": "ab"},
            BadInput,
            "all four are taken",
        ),
    ],
)
def test_what_does_not_fit_is_said(
    studio: Studio, wish: dict[str, Any], kind: type[CastmatesError], says: str
) -> None:
    axes = {slot: wish[slot] for slot in ("x", "y", "z", "w") if slot in wish}
    more = {"prompts": tuple(wish.get("prompts", ())), "shared": wish.get("shared", {})}
    with pytest.raises(kind, match=says):
        plot_of(studio, "pip", PlotWish(axes=axes, **more))


def test_all_that_does_not_fit_is_said_at_once(studio: Studio) -> None:
    axes = {"x": "epoch: 1, 8, 9", "y": "sampler: Eulr, Euler a", "z": "size: big"}
    with pytest.raises(CastmatesError) as told:
        plot_of(studio, "pip", PlotWish(axes=axes))
    for part in ("no epoch 8", "no epoch 9", "'Eulr'", "'big'"):
        assert part in str(told.value)


def test_without_an_adapter_there_is_nothing_to_compare(studio: Studio) -> None:
    with pytest.raises(Missing, match="castmates train zoe"):
        plot_of(studio, "zoe", PlotWish(axes={"x": "epoch"}))
    with pytest.raises(Missing, match="castmates train zoe"):
        plot_of(studio, "zoe", PlotWish(axes={"x": "steps: 5, 9"}))


def test_the_base_alone_needs_no_adapter(studio: Studio) -> None:
    wish = PlotWish(axes={"x": "steps: 5, 9"}, shared={"strength": "none"})
    made = plot_of(studio, "zoe", wish)
    assert made.arms == ()
    assert [cell.name for cell in cells(made)] == ["base-5steps.png", "base-9steps.png"]


def test_two_families_do_not_share_an_axis(studio: Studio, tmp_path: Path) -> None:
    adapter(tmp_path / "big.safetensors", width=2048)
    with pytest.raises(Unfit, match="'big' is for Stable Diffusion XL, and 'storybook' is sd15"):
        planned(studio, f"adapter: pip, {tmp_path}/big.safetensors")


def test_two_adapters_of_one_name_are_told_apart_or_refused(studio: Studio, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        adapter(tmp_path / folder / "mine.safetensors")
    with pytest.raises(BadInput, match="Two adapters are called 'mine'"):
        planned(studio, f"adapter: {tmp_path}/a/mine.safetensors, {tmp_path}/b/mine.safetensors")


def test_planning_needs_no_torch(studio: Studio) -> None:
    code = (
        "import sys; from pathlib import Path; from castmates.files.studio import Studio; "
        "from castmates.studio.compare_plan import PlotWish, plot_of; "
        "from castmates.judging.plots.plot import cells; "
        "wish = PlotWish(axes={'x': 'epoch', 'y': 'checkpoint: storybook'}); "
        f"assert cells(plot_of(Studio(Path({str(studio.path)!r})), 'pip', wish)); "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
