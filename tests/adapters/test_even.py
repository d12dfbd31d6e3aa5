"""One adapter at one strength: written-out gradients are autograd's; what takes that path."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

from castmates.adapters import even


def numbers(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_gradients_are_those_of_the_formula(scale: float) -> None:
    given = numbers(2, 5, 6), numbers(2, 5, 4), numbers(3, 6), numbers(4, 3)

    def said(x: Tensor, out: Tensor, down: Tensor, up: Tensor) -> Tensor:
        return even.added(x, out, down, up, scale)

    assert torch.autograd.gradcheck(said, given)
    x, out, down, up = given
    torch.testing.assert_close(said(*given), out + scale * linear(linear(x, down), up))


def test_a_convolution_of_one_pixel_is_the_same_product() -> None:
    x, out = (numbers(2, c, 3, 3).to(memory_format=torch.channels_last) for c in (6, 4))
    down, up = numbers(3, 6, 1, 1), numbers(4, 3, 1, 1)
    said = even.added(x, out, down, up, 0.5)
    torch.testing.assert_close(said, out + 0.5 * conv2d(conv2d(x, down), up))
    assert said.is_contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def test_an_input_without_gradient_gets_none() -> None:
    x, out, down, up = numbers(2, 6).detach(), numbers(2, 4), numbers(3, 6), numbers(4, 3)
    with torch.enable_grad():
        even.added(x, out, down, up, 1.0).sum().backward()
    assert x.grad is None
    assert down.grad is not None


def test_it_is_taken_only_for_what_it_computes() -> None:
    layer, x = nn.Linear(6, 4), torch.zeros(2, 6)
    learns, kept = torch.zeros(3, 6, requires_grad=True), torch.zeros(3, 6)
    assert even.takes(layer, x, layer(x), learns)
    assert not even.takes(layer, x, layer(x), kept)
    assert not even.takes(layer, x, layer(x), learns.bfloat16())
    assert not even.takes(layer, x.t().contiguous().t(), layer(x), learns)
    with torch.autocast("cpu", torch.bfloat16):
        assert not even.takes(layer, x, layer(x), learns)
    last, planes = torch.channels_last, torch.zeros(1, 6, 3, 3)
    pixel, around = nn.Conv2d(6, 4, 1), nn.Conv2d(6, 4, 3, padding=1)
    tidy = planes.to(memory_format=last)
    assert even.takes(pixel, tidy, pixel(tidy).contiguous(memory_format=last), learns)
    assert not even.takes(pixel, planes, pixel(planes).contiguous(), learns)
    assert not even.takes(around, tidy, around(tidy).contiguous(memory_format=last), learns)
