"""Every optimizer: its updates against a reference, and its state kept and put back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from transformers.optimization import Adafactor

from castmates.core.errors import BadInput
from castmates.training import optimizers
from castmates.training.lion import Lion
from castmates.training.optimizers import KINDS, check, kind_of, make
from castmates.training.prodigy import Prodigy
from castmates.training.recipe import Recipe
from castmates.training.state import State, found, keep, optimizer_tensors, put_back

CPU = torch.device("cpu")
UNITS = ("prodigy",)


def weights() -> list[nn.Parameter]:
    """A matrix, a convolution's factor, and a vector."""
    chance = torch.Generator().manual_seed(1)
    shapes = [(4, 6), (3, 2, 3, 3), (5,)]
    return [nn.Parameter(torch.randn(shape, generator=chance)) for shape in shapes]


def pull(held: list[nn.Parameter], step: int) -> None:
    """Gradients that depend on the weights and on the step."""
    chance = torch.Generator().manual_seed(100 + step)
    for weight in held:
        noise = torch.randn(weight.shape, generator=chance)
        weight.grad = weight.detach() * 0.5 + 0.3 * noise


def moved(optimizer: Optimizer, held: list[nn.Parameter], steps: range) -> list[Tensor]:
    for step in steps:
        pull(held, step)
        optimizer.step()
    return [weight.detach().clone() for weight in held]


def of_recipe(held: list[nn.Parameter], **settings: Any) -> Optimizer:
    recipe = Recipe(unet_rate=0.01, text_rate=0.002, **settings)
    groups = [
        {"params": held[:2], "lr": recipe.unet_rate, "full_rate": recipe.unet_rate},
        {"params": held[2:], "lr": recipe.text_rate, "full_rate": recipe.text_rate},
    ]
    return make(recipe, groups, CPU)


@pytest.mark.parametrize(
    ("name", "settings", "reference"),
    [
        (
            "adamw",
            {"weight_decay": 0.1, "betas": (0.8, 0.9)},
            lambda g: torch.optim.AdamW(g, weight_decay=0.1, betas=(0.8, 0.9), fused=True),
        ),
        (
            "AdamW8bit",
            {"optimizer_args": {"eps": 1e-6, "min_8bit_size": 16384}, "betas": (0.9, 0.999)},
            lambda g: torch.optim.AdamW(g, weight_decay=0.01, eps=1e-6, fused=True),
        ),
        (
            "adam",
            {"betas": (0.9, 0.99), "weight_decay": 0.0},
            lambda g: torch.optim.Adam(g, betas=(0.9, 0.99), fused=True),
        ),
        (
            "sgd",
            {"optimizer_args": {"momentum": 0.5}, "weight_decay": 0.0},
            lambda g: torch.optim.SGD(g, momentum=0.5),
        ),
        (
            "sgdnesterov",
            {"weight_decay": 0.0},
            lambda g: torch.optim.SGD(g, momentum=0.9, nesterov=True),
        ),
        (
            "RAdam",
            {"betas": (0.9, 0.99), "weight_decay": 0.0},
            lambda g: torch.optim.RAdam(g, betas=(0.9, 0.99)),
        ),
        (
            "torch.optim.RMSprop",
            {"optimizer_args": {"alpha": 0.9}, "weight_decay": 0.0},
            lambda g: torch.optim.RMSprop(g, alpha=0.9),
        ),
        ("adafactor", {"weight_decay": 0.0}, lambda g: Adafactor(g)),
        (
            "adafactor",
            {
                "optimizer_args": {
                    "relative_step": False,
                    "scale_parameter": False,
                    "eps": "1e-30, 1e-2",
                },
                "weight_decay": 0.02,
            },
            lambda g: Adafactor(
                g, relative_step=False, scale_parameter=False, eps=(1e-30, 1e-2), weight_decay=0.02
            ),
        ),
        (
            "adafactor",
            {"optimizer_args": {"warmup_init": True}, "weight_decay": 0.0},
            lambda g: Adafactor(g, warmup_init=True),
        ),
    ],
)
def test_an_optimizer_moves_as_the_one_it_is_named_after(
    name: str, settings: dict[str, Any], reference: Callable[[Any], Optimizer]
) -> None:
    ours, theirs = weights(), weights()
    groups = [{"params": theirs[:2], "lr": 0.01}, {"params": theirs[2:], "lr": 0.002}]
    one = moved(of_recipe(ours, optimizer=name, **settings), ours, range(5))
    other = moved(reference(groups), theirs, range(5))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert not torch.equal(one[0], weights()[0])


def test_lion_by_hand() -> None:
    """Two steps on one weight: 1 - 0.1 (1 + 0.5 x 1), then momentum outvotes the gradient."""
    weight = nn.Parameter(torch.tensor([1.0]))
    lion = Lion([weight], lr=0.1, betas=(0.9, 0.5), weight_decay=0.5)
    weight.grad = torch.tensor([2.0])
    lion.step()
    assert weight.item() == pytest.approx(1 - 0.1 * (1 + 0.5))
    # m = 0.5 x 2 = 1; 0.9 x 1 + 0.1 x (-3) = 0.6 is still upwards.
    weight.grad = torch.tensor([-3.0])
    lion.step()
    assert weight.item() == pytest.approx(0.85 * (1 - 0.05) - 0.1)
    assert lion.state[weight]["exp_avg"].item() == pytest.approx(0.5 * 1 + 0.5 * -3)


def paper(
    points: list[Tensor], steps: int, rate: Callable[[int], float]
) -> tuple[list[Tensor], float]:
    """Algorithm 4 of the paper, letter by letter, in float64, on all weights as one vector."""
    shapes = [p.shape for p in points]
    x = torch.cat([p.detach().double().flatten() for p in points])
    d, r, b1, b2, eps = 1e-3, 0.0, 0.9, 0.99, 1e-8
    x0, s, m, v = x.clone(), torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
    for k in range(steps):
        parts = torch.split(x, [shape.numel() for shape in shapes])
        held = [nn.Parameter(p.view(q).float()) for p, q in zip(parts, shapes, strict=True)]
        pull(held, k)
        g = torch.cat([w.grad.double().flatten() for w in held if w.grad is not None])
        y = rate(k)
        m = b1 * m + (1 - b1) * d * g
        v = b2 * v + (1 - b2) * d**2 * g**2
        r = sqrt(b2) * r + (1 - sqrt(b2)) * y * d**2 * float(g @ (x0 - x))
        s = sqrt(b2) * s + (1 - sqrt(b2)) * y * d**2 * g
        x = x - y * d * m / (v.sqrt() + d * eps)
        d = max(d, r / float(s.abs().sum()))
    parts = torch.split(x, [shape.numel() for shape in shapes])
    return [p.view(q).float() for p, q in zip(parts, shapes, strict=True)], d


def test_prodigy_is_the_papers() -> None:
    held = weights()
    ours = Prodigy([{"params": held[:1]}, {"params": held[1:]}], betas=(0.9, 0.99), d0=1e-3)
    for k in range(30):
        for group in ours.param_groups:
            group["lr"] = 1 - k / 60
        pull(held, k)
        ours.step()
    wanted, d = paper(list(weights()), 30, lambda k: 1 - k / 60)
    assert d > 3e-3
    assert ours.d == pytest.approx(d, rel=1e-4)
    for one, other in zip(held, wanted, strict=True):
        torch.testing.assert_close(one.detach(), other, rtol=1e-4, atol=1e-4)


def test_prodigys_arguments_do_what_they_say() -> None:
    def after(steps: int, **arguments: Any) -> tuple[list[Tensor], Prodigy]:
        held = weights()
        ours = Prodigy(held, **{"d0": 1e-3, **arguments})
        return moved(ours, held, range(steps)), ours

    (plain, first), (_, coarse) = after(20), after(20, d_coef=2.0)
    assert coarse.d > first.d
    _, slow = after(20, growth_rate=1.01)
    assert 1e-3 < slow.d <= 1e-3 * 1.01**20 * (1 + 1e-9)
    # The first correction is sqrt(1 - b2) / (1 - b1) times the plain step.
    corrected, _ = after(1, use_bias_correction=True)
    uncorrected, _ = after(1)
    ratio = (corrected[0] - weights()[0]) / (uncorrected[0] - weights()[0])
    torch.testing.assert_close(ratio, torch.full((4, 6), sqrt(0.001) / 0.1), rtol=1e-2, atol=0)
    decayed, _ = after(1, weight_decay=0.1)
    torch.testing.assert_close(decayed[0], uncorrected[0] - 1e-3 * 0.1 * weights()[0])
    coupled, _ = after(1, weight_decay=0.1, decouple=False)
    assert not torch.equal(coupled[0], decayed[0])
    # While the rate rises, the guard keeps it out of s, and so d from being overestimated.
    held, guarded = weights(), weights()
    free, safe = Prodigy(held, d0=1e-3), Prodigy(guarded, d0=1e-3, safeguard_warmup=True)
    for step in range(10):
        for optimizer, those in ((free, held), (safe, guarded)):
            optimizer.param_groups[0]["lr"] = (step + 1) / 10
            pull(those, step)
            optimizer.step()
    assert safe.d <= free.d
    with pytest.raises(TypeError, match="d_cof"):
        Prodigy(weights(), d_cof=2.0)
    assert plain


@pytest.mark.parametrize("name", [*KINDS, "NAdam", "RMSprop", "Rprop", "Adagrad", "ASGD", "Adamax"])
def test_state_put_back_in_the_middle_goes_on_to_the_bit(name: str, tmp_path: Path) -> None:
    settings = {"optimizer": name}
    whole = weights()
    straight = moved(of_recipe(whole, **settings), whole, range(8))
    begun = weights()
    first = of_recipe(begun, **settings)
    moved(first, begun, range(3))
    keep(tmp_path, State(3, {str(i): w for i, w in enumerate(begun)}, optimizer_tensors(first)))
    kept = found(tmp_path)
    assert kept is not None
    later = weights()
    with torch.no_grad():
        for number, weight in enumerate(later):
            weight.copy_(kept.factors[str(number)])
    second = of_recipe(later, **settings)
    put_back(second, kept.optimizer)
    ended = moved(second, later, range(3, 8))
    assert all(torch.equal(a, b) for a, b in zip(straight, ended, strict=True))
    types = [{k: type(v) for k, v in second.state[w].items()} for w in later]
    assert types == [{k: type(v) for k, v in first.state[w].items()} for w in begun]


def test_a_state_of_before_is_still_understood() -> None:
    """Plain tensors under `<n>.<key>`, and no group: so AdamW's was always written."""
    held = weights()
    one = of_recipe(held)
    moved(one, held, range(3))
    tensors = optimizer_tensors(one)
    old = {k: v.clone() for k, v in tensors.items() if not k.startswith("group.")}
    assert set(old) == {f"{n}.{k}" for n in range(3) for k in ("step", "exp_avg", "exp_avg_sq")}
    twin = copy.deepcopy(held)
    other = of_recipe(twin)
    put_back(other, old)
    pairs = zip(moved(one, held, range(3, 5)), moved(other, twin, range(3, 5)), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": "adamv"}, "'adam"),
        ({"optimizer": "LBFGS"}, "no optimizer 'LBFGS'"),
        ({"optimizer": "os.system"}, "no optimizer 'os.system'"),
        ({"optimizer": "prodigy", "optimizer_args": {"d_coeff": 2.0}}, "'d_coef'"),
        ({"optimizer_args": {"epss": 1.0, "lr": 1.0}}, "unet_rate"),
        ({"optimizer_args": {"betas": "0.9,0.99"}}, "a setting of its own"),
        ({"optimizer": "lion", "optimizer_args": {"min_8bit_size": 1}}, "no argument"),
        ({"optimizer_args": {"eps": -1.0}}, "does not take these"),
        (
            {
                "optimizer": "adafactor",
                "optimizer_args": {"warmup_init": True, "relative_step": False},
            },
            "relative_step",
        ),
    ],
)
def test_mistakes_are_told_before_the_first_step(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as told:
        list(check(Recipe(**settings), CPU))
    assert words in str(told.value)


def test_what_a_user_should_know_is_said() -> None:
    (bits,) = check(Recipe(optimizer="PagedLion8bit"), CPU)
    assert "plain torch" in bits.what
    (slow,) = check(Recipe(optimizer="prodigy"), CPU)
    assert "hardly move" in slow.what
    assert list(check(Recipe(optimizer="prodigy", unet_rate=1, text_rate=1), CPU)) == []
    assert list(check(Recipe(), CPU)) == []


def test_the_own_numbers_of_an_optimizer_are_known() -> None:
    assert (kind_of("AdamW").betas, kind_of("adamw").weight_decay) == ((0.9, 0.999), 0.01)
    assert (kind_of("torch.optim.NAdam").betas, kind_of("sgd").betas) == ((0.9, 0.999), None)
    assert kind_of("Adadelta").weight_decay == 0


def test_the_step_that_was_really_taken_is_known() -> None:
    held = weights()
    made = of_recipe(held, optimizer="adafactor", weight_decay=0.0)
    moved(made, held, range(1))
    rms = [float(w.detach().norm() / w.numel() ** 0.5) for w in weights()[:2]]
    wanted = sum(rms) / 2 * 1e-2
    assert optimizers.step_size(made.param_groups[0], made.state) == pytest.approx(wanted, rel=1e-5)
    assert optimizers.step_size(of_recipe(weights()).param_groups[1], {}) == 0.002
    prodigy = of_recipe(weights(), optimizer="prodigy")
    assert optimizers.step_size(prodigy.param_groups[0], {}) == pytest.approx(1e-6 * 0.01)
