"""What is seen of a run while it goes on, and that looking changes nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from castmates.core.errors import BadInput, CastmatesError, Missing, Stopped
from castmates.core.events import Event, Made, Measured, Moved, Warned
from castmates.core.units import epochs, steps
from castmates.families.base import Base
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header, tensor_hash
from castmates.training import arithmetic, state
from castmates.training.arithmetic import Scaler, half_for
from castmates.training.averaging import Average
from castmates.training.clock import Clock, Recent, pace, written
from castmates.training.configs import neutral
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.prompt_file import SamplePrompt, read_line
from castmates.training.recipe import Recipe, changed
from castmates.training.samples import Samples, sampler_of
from castmates.training.scalars import Scalars
from tests.files.test_event_file import scalars
from tests.training.conftest import PIP, Whole

NewRun = Callable[[str], RunFolder]
FOX = SamplePrompt("pip, fox", steps=1, seed=7, width=64, height=64, said=frozenset({"width"}))


def stop_at(step: int, told: list[Event]) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        told.append(event)
        if isinstance(event, Moved) and event.what == "training" and event.done == step:
            os.kill(os.getpid(), signal.SIGINT)

    return tell


@pytest.mark.slow
def test_samples_are_drawn_and_decide_nothing(
    base: Base, whole: Whole, recipe: Recipe, new_run: NewRun
) -> None:
    prompts = (FOX, read_line("pip, snow --s 1 --w 64 --h 64 --ss nobody").prompts[0])
    run, told = new_run("seen"), list[Event]()
    before = torch.random.get_rng_state()
    seen = Samples(prompts, epochs(2), first=True)
    paths = train(base, whole.items, recipe, run, PIP, told.append, samples=seen)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert [tensor_hash(p) for p in paths] == [tensor_hash(p) for p in whole.paths]
    names = sorted(path.name for path in run.samples.iterdir())
    parts = [name.removesuffix(".png").split("_") for name in names]
    assert [(p[:3], p[4:]) for p in parts] == [
        (["pip", f"e{epoch:06d}", f"{index:02d}"], ["7"] if index == 0 else [])
        for epoch in (0, 2, 3)
        for index in (0, 1)
    ]
    made = [Path(e.path).name for e in told if isinstance(e, Made) and e.what == "sample"]
    assert sorted(made) == names
    # The fox before the first step is the base's own; later it is another picture.
    first, later = (run.samples / names[0], run.samples / names[2])
    assert first.read_bytes() != later.read_bytes()
    assert any("no sampler 'nobody'" in e.what for e in told if isinstance(e, Warned))


def test_a_sample_that_cannot_be_drawn_is_told_before_the_first_step(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    odd = SamplePrompt("pip <lora:gone:1>", steps=1)
    with pytest.raises(Missing, match="gone"):
        train(base, items, recipe, new_run("a"), PIP, samples=Samples((odd,), steps(1)))
    assert not base.bank.names


def test_settings_become_samples(tmp_path: Path) -> None:
    assert Samples.of(neutral.Samples(), PIP) is None
    plain = Samples.of(neutral.Samples(sample_every=epochs(1)), PIP)
    assert plain is not None
    assert plain.prompts == (SamplePrompt("pip, fox", seed=1),)
    (tmp_path / "p.txt").write_text("pip --w 640\npip, snow\n")
    from_file = neutral.Samples(sample_every=steps(5), sample_prompts="p.txt", sample_first=True)
    found = Samples.of(from_file, PIP, near=tmp_path)
    assert found is not None
    assert [(p.words, p.width, p.sized) for p in found.prompts] == [
        ("pip", 640, True),
        ("pip, snow", 512, False),
    ]
    with pytest.raises(Missing, match=r"gone\.txt"):
        Samples.of(neutral.Samples(sample_every=steps(5), sample_prompts="gone.txt"), PIP)
    names = ("euler_a", "k_euler", "DPM++ 2M", "dpmsolver++", "ddim", "xyz")
    assert [sampler_of(name) for name in names] == [
        "euler a",
        "euler",
        "dpm++ 2m",
        "dpm++ 2m",
        "ddim",
        None,
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {
            "optimizer": "prodigy",
            "unet_rate": 1.0,
            "text_rate": 1.0,
            "optimizer_args": {"d0": 1e-4, "safeguard_warmup": True},
            "ema": 0.9,
        },
        {
            "optimizer": "adafactor",
            "noise_offset": 0.05,
            "noise_offset_random": True,
            "multires_iterations": 3,
            "loss": "huber",
            "schedule": "cosine_with_restarts",
            "cycles": 2,
            "schedule_begins": "before",
        },
        pytest.param(
            {
                "optimizer": "lion8bit",
                "weight_decay": 0.1,
                "ip_noise_gamma": 0.1,
                "debiased": True,
                "timesteps": "uniform",
                "min_timestep": 100,
                "max_timestep": 900,
            },
            marks=pytest.mark.slow,
        ),
    ],
)
def test_stopped_and_gone_on_is_the_same_to_the_bit(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun, settings: dict[str, object]
) -> None:
    other = changed(recipe, {**settings, "length": "3 steps", "save_every": "3 steps"})
    straight, parts, told = new_run("straight"), new_run("parts"), list[Event]()
    wanted = train(base, items, other, straight, PIP)
    with pytest.raises(Stopped):
        train(base, items, other, parts, PIP, stop_at(1, told))
    found = train(base, items, other, parts, PIP, told.append)
    assert [p.name for p in found] == [p.name for p in wanted]
    assert [tensor_hash(p) for p in found] == [tensor_hash(p) for p in wanted]
    one, two = state.found(straight.state), state.found(parts.state)
    assert one is not None
    assert two is not None
    for ours, theirs in ((one.optimizer, two.optimizer), (one.more, two.more)):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[k], theirs[k]) for k in ours)


def test_the_last_checkpoints_stay_and_the_average_is_one_more_candidate(
    base: Base, whole: Whole, recipe: Recipe, new_run: NewRun
) -> None:
    run, told = new_run("few"), list[Event]()
    few = changed(recipe, {"save_every": "1 steps", "keep_last": 2, "ema": 0.5})
    paths = train(base, whole.items, few, run, PIP, told.append)
    assert [p.name for p in paths] == [
        "pip-step00000004.safetensors",
        "pip-step00000005.safetensors",
        "pip-ema.safetensors",
        "pip.safetensors",
    ]
    made = [e for e in told if isinstance(e, Made) and e.what == "checkpoint"]
    assert len(made) == 7
    assert run.checkpoints()[-1] == (4, paths[-2])
    header = read_header(paths[-2]).metadata
    assert (header["ss_output_name"], header["ss_epoch"]) == ("pip-ema", "3")
    # It only watches: the adapter itself is the one without it.
    assert tensor_hash(paths[-1]) == tensor_hash(whole.paths[-1])
    assert tensor_hash(paths[-2]) != tensor_hash(paths[-1])


def test_the_average_by_hand() -> None:
    """Decays 2/11 and 3/12 are below 0.5: 0, then 1 x 9/11, then 3/12 of it and 9/12 x 3."""
    factor = {"a": torch.nn.Parameter(torch.zeros(1))}
    average = Average(factor, 0.5)
    for update, value in ((1, 1.0), (2, 3.0)):
        with torch.no_grad():
            factor["a"].fill_(value)
        average.follow(factor, update)
    with average.shown(factor):
        assert factor["a"].item() == pytest.approx(9 / 11 * 3 / 12 + 3 * 9 / 12)
    assert factor["a"].item() == 3.0


def test_the_format_is_the_devices_unless_it_is_asked_for(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    cpu = torch.device("cpu")
    assert half_for("", cpu) in (None, torch.bfloat16)
    assert half_for("fp32", cpu) is None
    assert half_for("fp16", cpu) == half_for("", cpu)
    told: list[Event] = []
    short = changed(recipe, {"length": "1 steps", "precision": "fp16"})
    (path,) = train(base, items, short, new_run("a"), PIP, told.append)
    assert any("no instructions for fp16" in e.what for e in told if isinstance(e, Warned))
    moved = [e for e in told if isinstance(e, Moved) and e.what == "training"]
    assert moved[0].note == f"{arithmetic.written(half_for('', cpu))} on cpu"
    said = read_header(path).metadata["ss_mixed_precision"]
    assert said == moved[0].note.split()[0].replace("fp32", "no")


@pytest.mark.slow
def test_float16_leaves_updates_out_until_the_scale_fits(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arithmetic, "computes", lambda *_: True)
    run = new_run("half")
    half = changed(recipe, {"precision": "fp16", "length": "2 steps", "save_every": "2 steps"})
    with pytest.raises(Stopped):
        train(base, items, half, run, PIP, stop_at(1, []))
    kept = state.found(run.state)
    assert kept is not None
    scale, good = kept.more["scaler"].tolist()
    assert scale * 2**20 >= 2**16
    assert good in (0.0, 1.0)
    straight = train(base, items, half, new_run("straight"), PIP)
    assert tensor_hash(train(base, items, half, run, PIP)[-1]) == tensor_hash(straight[-1])


def test_the_scale_halves_doubles_and_gives_up() -> None:
    scaler = Scaler()
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.full((2,), scaler.scale * 3)
    scaler.unscale([parameter])
    assert parameter.grad.tolist() == [3.0, 3.0]
    scaler.note(False)
    assert scaler.scale == 2.0**15
    for _ in range(2000):
        scaler.note(True)
    assert scaler.scale == 2.0**16
    scaler.note(True)
    twin = Scaler()
    twin.put_back(scaler.tensors())
    assert torch.equal(twin.tensors()["scaler"], scaler.tensors()["scaler"])
    for _ in range(17):
        scaler.note(False)
    assert scaler.gave_up


def test_a_broken_base_and_too_high_rates_are_told_apart(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    def grow(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done == 1:
            with torch.no_grad():
                for factor in base.bank.parameters("pip").values():
                    factor.fill_(1e38)

    with pytest.raises(CastmatesError, match=r"(?s)step 2.*rates are too high.*unet_rate = 0\.002"):
        train(base, items, recipe, new_run("wild"), PIP, grow)
    weight = base.unet.conv_out.weight
    sound = weight.detach().clone()
    weight.data[0, 0] = float("nan")
    try:
        with pytest.raises(CastmatesError, match="even without the adapter"):
            train(base, items, recipe, new_run("broken"), PIP)
    finally:
        weight.data.copy_(sound)


def test_an_unknown_argument_leaves_no_trace(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    run = new_run("a")
    strange = changed(recipe, {"optimizer": "sgd", "optimizer_args": {"momentun": 0.5}})
    with pytest.raises(BadInput, match="'momentum'"):
        train(base, items, strange, run, PIP)
    assert list(run.path.iterdir()) == []


def test_curves_have_the_names_of_the_field(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    listener = Scalars(run, 2)
    listener.tell(Measured(name="held_out_loss", value=9.0, at=0))
    for step, loss in enumerate((1.0, 3.0, 5.0, 7.0), 1):
        listener.tell(Measured(name="loss", value=loss, at=step))
        listener.tell(Measured(name="unet_rate", value=0.5, at=step))
    listener.tell(Measured(name="text_rate", value=0.25, at=4))
    listener.tell(Measured(name="unet_step", value=0.125, at=4))
    listener.tell(Measured(name="held_out_loss", value=8.0, at=4))
    (file,) = run.logs.iterdir()
    points: dict[str, list[tuple[int, float]]] = {}
    for name, value, at in scalars(file):
        points.setdefault(name, []).append((at, value))
    assert points == {
        "loss/current": [(1, 1.0), (2, 3.0), (3, 5.0), (4, 7.0)],
        "loss/average": [(1, 1.0), (2, 2.0), (3, 4.0), (4, 6.0)],
        "loss/epoch_average": [(1, 2.0), (2, 6.0)],
        "loss/validation/epoch_average": [(0, 9.0), (2, 8.0)],
        "lr/unet": [(step, 0.5) for step in (1, 2, 3, 4)],
        "lr/textencoder": [(4, 0.25)],
        "lr/d*lr/unet": [(4, 0.125)],
    }


def test_the_rates_of_every_step_are_told(whole: Whole, recipe: Recipe) -> None:
    schedule = recipe.schedule_over(6, 2)
    for name, rate in (("unet_rate", recipe.unet_rate), ("text_rate", recipe.text_rate)):
        told = [e.value for e in whole.told if isinstance(e, Measured) and e.name == name]
        assert told == [rate * schedule.factor(step) for step in range(6)]


def test_the_note_beside_the_bar() -> None:
    clock = Clock(2)
    assert clock.note(10) == ""
    for loss in (1.0, 2.0, 4.0):
        clock.step(loss)
    assert clock.note(0).startswith("loss 3.000, ")
    assert clock.note(0).endswith("it/s, 0:00 left")
    assert (pace(0.4), pace(3.1)) == ("2.50 it/s", "3.10 s/it")
    assert written(7800) == "2:10:00"
    assert Recent(3).mean != Recent(3).mean
