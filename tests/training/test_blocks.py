"""Ranks, alphas and rates by block, and LoRA+: numbers by hand, and which layers they reach."""

from __future__ import annotations

from collections import Counter
from math import pi, sin

import pytest
import torch
from diffusers import UNet2DConditionModel

from castmates.adapters.sites import target_names
from castmates.core.errors import BadInput, Unfit
from castmates.families.base import Base
from castmates.training.adapter import entered
from castmates.training.blocks import SD15, SDXL, block_of, blocks_of, rates_of
from castmates.training.configs.reading import parse
from castmates.training.configs.recipes import recipe_of
from castmates.training.parameter_groups import groups_of
from castmates.training.recipe import Recipe

LAYERS = ("lora_unet_down_blocks_0_attentions_0_proj_in", "lora_te_text_model_x")


@pytest.fixture(scope="module")
def names() -> list[str]:
    """All layers of SD 1.5's U-Net that can be trained."""
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
    return target_names({"lora_unet": unet}, None, conv=True)


def test_layers_lie_in_the_blocks_that_kohya_counts(names: list[str]) -> None:
    assert block_of("lora_unet_down_blocks_0_attentions_0_proj_in") == 1
    assert block_of("lora_unet_down_blocks_1_attentions_1_proj_out") == 5
    assert block_of("lora_unet_down_blocks_2_downsamplers_0_conv") == 9
    assert block_of("lora_unet_mid_block_attentions_0_proj_in") == 12
    assert block_of("lora_unet_up_blocks_0_resnets_0_conv1") == 13
    assert block_of("lora_unet_up_blocks_1_upsamplers_0_conv") == 18
    assert block_of("lora_unet_up_blocks_3_attentions_2_proj_out") == 24
    assert block_of("lora_unet_input_blocks_4_1_proj_in") == 5
    assert block_of("lora_unet_middle_block_1_proj_in") == 11
    assert block_of("lora_unet_output_blocks_5_1_proj_in") == 18
    count = Counter(map(block_of, names))
    assert sum(count.values()) == 192 + 86
    # Block 0 is the U-Net's first convolution and its clock, which are not trained.
    assert set(count) == set(range(1, 25))
    assert [count[b] for b in (3, 6, 9)] == [1, 1, 1]
    assert count[12] == 12 + 2 * 3


def test_curves_over_twelve_blocks() -> None:
    def one(text: str, zero: float = 0.0) -> list[float]:
        found = rates_of([f"down={text}"], zero, SD15)
        assert found is not None
        assert found[12:] == (1.0,) * 13
        return list(found[:12])

    sine = [sin(pi * (i / 11) / 2) for i in range(12)]
    assert one("sine") == pytest.approx(sine)
    assert one("cosine") == pytest.approx(sine[::-1])
    assert one("cosine+.25") == pytest.approx([number + 0.25 for number in sine[::-1]])
    assert one("linear") == pytest.approx([i / 11 for i in range(12)])
    assert one("reverse_linear") == pytest.approx([i / 11 for i in reversed(range(12))])
    assert one("zeros") == [0.0] * 12
    assert one("zeros+0.5") == [0.5] * 12
    assert one("0,0.1,.5,,2", 0.1) == [0.0, 0.0, 0.5, 0.0, 2.0, *[1.0] * 7]
    assert one(",".join(["1"] * 11 + ["3", "9"])) == [*[1.0] * 11, 3.0]


def test_ways_that_are_not_named_keep_their_rate() -> None:
    assert rates_of([], 0.0, SD15) is None
    assert rates_of(["mid=0.5"], 0.0, SD15) == (*[1.0] * 12, 0.5, *[1.0] * 12)
    found = rates_of(["mid=0.5", "up=0"], 0.6, SDXL)
    assert found == (1.0, *[1.0] * 9, *[0.0] * 3, 0.0, *[1.0] * 8, 1.0)
    found = rates_of(["mid=0.5,2,1"], 0.0, SDXL)
    assert found is not None
    assert found[10:13] == (0.5, 2.0, 1.0)
    with pytest.raises(BadInput, match="Did you mean 'cosine'"):
        rates_of(["down=cosin"], 0.0, SD15)
    with pytest.raises(BadInput, match="no 'left'"):
        rates_of(["left=1"], 0.0, SD15)


def test_ranks_and_alphas() -> None:
    ranks = tuple(range(25))
    recipe = Recipe(rank=4, alpha=2.0, block_ranks=ranks, conv_rank=8, conv_alpha=3.0)
    found = blocks_of(recipe, LAYERS)
    assert found is not None
    assert found.of("lora_unet_up_blocks_3_attentions_2_proj_out", wide=False) == (24, 2.0)
    assert found.of("lora_unet_up_blocks_3_resnets_2_conv1", wide=True) == (8, 3.0)
    rates = ("down=0,1", "up=zeros")
    found = blocks_of(recipe.model_copy(update={"block_rates": rates}), LAYERS)
    assert found is not None
    assert found.ranks == (0, *ranks[1:13], *[0] * 12)
    assert found.conv_ranks == (0, *[8] * 12, *[0] * 12)
    # As in sd-scripts, an alpha of convolutions by block that nobody says is 1.
    found = blocks_of(Recipe(conv_block_ranks=ranks), LAYERS)
    assert found is not None
    assert (found.conv_ranks, set(found.conv_alphas)) == (ranks, {1.0})
    assert blocks_of(Recipe(), LAYERS) is None


def test_what_does_not_fit_is_told_at_once() -> None:
    recipe = Recipe(block_ranks=(2, 4), conv_block_alphas=(1.0,), block_rates=("mid=x",))
    with pytest.raises(BadInput) as raised:
        blocks_of(recipe, LAYERS)
    said = str(raised.value)
    assert "block_ranks has 2 numbers; the base has 25 blocks" in said
    assert "conv_block_alphas has 1" in said
    assert "'mid=x'" in said
    with pytest.raises(Unfit, match="no blocks that are counted"):
        blocks_of(recipe, ["lora_unet_double_blocks_0_img_attn_qkv"])


def test_groups_have_their_own_rates(base: Base) -> None:
    recipe = Recipe(
        rank=2,
        conv_rank=2,
        unet_rate=1e-3,
        text_rate=1e-4,
        block_rates=("down=9,0.5,1,0", "mid=0", "up=linear"),
        rate_ratio=4.0,
        text_rate_ratio=2.0,
    )
    factors = entered(base, recipe, "pip")
    try:
        blocks = blocks_of(recipe, base.bank.layers)
        groups = groups_of(recipe, factors, blocks)
        rates = {group["part"]: group["full_rate"] for group in groups}
        there = {block_of(name) for name in factors if name.startswith("lora_unet")}
        # The tiny U-Net has two levels with one resnet each on the way down, two on the way up.
        assert there == {1, 4, 14, 15, 16, 17}
        assert rates["unet_block1"] == pytest.approx(0.5e-3)
        assert rates["unet_block1_plus"] == pytest.approx(2e-3)
        assert rates["unet_block4"] == 1e-3
        assert rates["unet_block17"] == pytest.approx(1e-3 * 4 / 11)
        assert (rates["text"], rates["text_plus"]) == (1e-4, 2e-4)
        held = [one for group in groups for one in group["params"]]
        assert len(held) == len(factors) == len({id(one) for one in held})
        names = {id(one): name for name, one in factors.items()}
        for group in groups:
            is_up = ["lora_up" in names[id(one)] for one in group["params"]]
            assert set(is_up) == {group["part"].endswith("_plus")}
    finally:
        base.bank.remove("pip")


def test_lora_plus_wants_up_factors(base: Base) -> None:
    recipe = Recipe(kind="loha", rank=2, rate_ratio=4.0)
    factors = entered(base, recipe, "pip")
    try:
        with pytest.raises(Unfit, match="a loha has not"):
            groups_of(recipe, factors, None)
    finally:
        base.bank.remove("pip")


def test_configurations_say_them() -> None:
    ranks = ",".join(["4"] * 25)
    text = (
        f'network_args = ["block_dims={ranks}", "conv_block_dims={ranks}", "up_lr_weight=sine", '
        '"block_lr_zero_threshold=0.1", "loraplus_lr_ratio=4", "loraplus_unet_lr_ratio=8", '
        '"loraplus_text_encoder_lr_ratio=2"]\ngradient_accumulation_steps = 3\n'
    )
    made = recipe_of(parse(text, "a.toml").settings)
    keys = {one.key for one in made.unable}
    assert not keys & {"block_ranks", "block_rates", "rate_ratio", "accumulation"}
    recipe = made.recipe
    assert (recipe.block_ranks, recipe.conv_block_ranks) == ((4,) * 25, (4,) * 25)
    assert (recipe.block_rates, recipe.block_rate_zero) == (("up=sine",), 0.1)
    ratios = recipe.rate_ratio, recipe.unet_rate_ratio, recipe.text_rate_ratio
    assert (*ratios, recipe.accumulation) == (4.0, 8.0, 2.0, 3)
    found = blocks_of(recipe, LAYERS)
    assert found is not None
    assert set(found.conv_alphas) == {1.0}
