"""Regional attention: its identities, one block in float64 (docs/several-characters.md)."""

from __future__ import annotations

import pytest
import torch
from diffusers.models.attention import BasicTransformerBlock

from castmates.families.attention import Attention
from castmates.families.regions import Regions

TOKENS, WIDTH, WORDS = 16, 24, 5
SPANS = ((0, 5), (5, 10), (10, 15))


@pytest.fixture(scope="module")
def block() -> BasicTransformerBlock:
    torch.manual_seed(0)
    made = BasicTransformerBlock(WIDTH, 3, 8, cross_attention_dim=12).double().eval()
    made.requires_grad_(False)
    return made


def texts(seed: int = 0) -> torch.Tensor:
    """(1, 15, 12): the whole picture's and two regions', behind each other."""
    numbers = torch.Generator().manual_seed(seed)
    return torch.randn(1, 3 * WORDS, 12, generator=numbers, dtype=torch.float64)


def picture(seed: int = 1) -> torch.Tensor:
    numbers = torch.Generator().manual_seed(seed)
    return torch.randn(1, TOKENS, WIDTH, generator=numbers, dtype=torch.float64)


def said(
    block: BasicTransformerBlock, x: torch.Tensor, text: torch.Tensor, regions: Regions | None
) -> torch.Tensor:
    attention = Attention()
    for attn in (block.attn1, block.attn2):
        attn.set_processor(attention)
    with attention.within(regions):
        out: torch.Tensor = block(x, encoder_hidden_states=text)
    return out


def halves() -> torch.Tensor:
    left = torch.zeros(1, 4, 4, dtype=torch.float64)
    left[:, :2] = 1.0
    return torch.stack([left, 1 - left], 1)


def test_one_full_region_hears_its_own_text_alone(block: BasicTransformerBlock) -> None:
    regions = Regions(torch.ones(1, 1, 4, 4), ((0, 5), (5, 10)), isolated=True)
    found = said(block, picture(), texts()[:, :10], regions)
    assert (found - said(block, picture(), texts()[:, 5:10], None)).abs().max() < 1e-12


def test_empty_regions_are_the_whole_pictures_text(block: BasicTransformerBlock) -> None:
    regions = Regions(torch.zeros(1, 2, 4, 4), SPANS, base_share=0.3, isolated=True)
    found = said(block, picture(), texts(), regions)
    assert (found - said(block, picture(), texts()[:, :5], None)).abs().max() < 1e-12


def test_isolated_halves_are_two_separate_runs(block: BasicTransformerBlock) -> None:
    x = picture()
    found = said(block, x, texts(), Regions(halves(), SPANS, isolated=True))
    for i, (part, span) in enumerate(zip(x.split(8, 1), SPANS[1:], strict=True)):
        alone = said(block, part, texts()[:, slice(*span)], None)
        assert (found[:, 8 * i : 8 * i + 8] - alone).abs().max() < 1e-12


def test_isolation_stops_influence_and_without_it_there_is_some(
    block: BasicTransformerBlock,
) -> None:
    """Also with background between them, in one block."""
    masks = torch.zeros(1, 2, 4, 4, dtype=torch.float64)
    masks[0, 0, 0], masks[0, 1, 3] = 1.0, 1.0
    x, other = picture(), picture()
    other[:, 12:] += 1.0
    for isolated in (True, False):
        regions = Regions(masks, SPANS, isolated=isolated)
        change = said(block, x, texts(), regions) - said(block, other, texts(), regions)
        assert (float(change[:, :4].abs().max()) == 0.0) is isolated
        assert float(change[:, 4:12].abs().max()) > 0.0


def test_shares_of_all_texts_are_one_at_every_place() -> None:
    masks = torch.rand(2, 3, 6, 8, generator=torch.Generator().manual_seed(0)) * 0.8
    regions = Regions(masks, ((0, 1),) * 4, base_share=0.2)
    for tokens in (48, 12, 4):
        shares = regions.shares(tokens)
        assert shares.shape == (2, 4, tokens)
        assert torch.allclose(shares.sum(1), torch.ones(2, tokens))
    assert torch.allclose(regions.shares(48)[:, 1:], 0.8 * masks.flatten(2) / _total(masks))


def _total(masks: torch.Tensor) -> torch.Tensor:
    return masks.sum(1, keepdim=True).clamp_min(1.0).flatten(2)


def test_soft_edges_still_see_each_other() -> None:
    masks = torch.full((1, 2, 4, 4), 0.5)
    assert torch.equal(Regions(masks, SPANS).hidden(16, torch.float32), torch.zeros(1, 16, 16))
    hidden = Regions(halves(), SPANS).hidden(16, torch.float32)
    assert torch.isinf(hidden[0, 0, 8:]).all()
    assert (hidden[0, 0, :8] == 0).all()


def test_halves_of_guidance_repeat_the_rows(block: BasicTransformerBlock) -> None:
    regions = Regions(halves(), SPANS, base_share=0.2, isolated=True)
    x, text = picture(), texts()
    twice = said(block, torch.cat([x, x]), torch.cat([text, text]), regions)
    once = said(block, x, text, regions)
    assert (twice - torch.cat([once, once])).abs().max() < 1e-12
