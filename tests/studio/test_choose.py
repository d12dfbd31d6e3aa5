"""The verb choose: what it says before a race, what it refuses, and a race to its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from castmates.adapters.file import save
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.events import Event, Measured, Moved, Warned
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.files.journal import Journal
from castmates.files.studio import RunFolder, Studio
from castmates.files.tensors import read_header
from castmates.judging import evidence
from castmates.studio.choose import choose, plan_of
from castmates.studio.choose_race import held_out_losses
from tests.judging.tiny import real
from tests.studio.test_compare_plot import adapter


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("bases") / "one")


@pytest.fixture
def studio(tmp_path: Path, base: Path) -> Studio:
    """Pip with two epochs and five pictures, two of them held out; nothing was compared."""
    from castmates.files import images
    from castmates.files.characters import PictureRecord

    made = Studio.init(tmp_path / "s")
    folder = made.add_character(
        Character(name="pip", trigger="pip", class_word="girl", base=str(base))
    )
    run = folder.new_run("r")
    for epoch in (1, 2):
        save(run.path / f"pip-{epoch:06d}.safetensors", adapter(base, epoch))
    for number, pixels in enumerate(real(5), 1):
        images.write_png(folder.picture_path(number), pixels)
    folder.save_records(
        [
            PictureRecord(number=n, source="x", digest=str(n), width=32, height=32, held_out=n > 3)
            for n in range(1, 6)
        ]
    )
    return made


def test_the_cost_is_told_and_nothing_is_drawn(studio: Studio) -> None:
    plan = plan_of(studio, "pip")
    assert f"at most {plan.pictures} pictures" in plan.lines[0]
    assert "epoch 2 (the last)" in plan.lines[1]
    assert plan_of(studio, "pip", budget=120).pictures <= 120
    assert studio.character("pip").studies() == []


def test_nothing_trained_and_too_small_a_budget_say_what_to_do(studio: Studio) -> None:
    studio.add_character(Character(name="fox", trigger="fox"))
    with pytest.raises(Missing, match="castmates train fox"):
        choose(studio, "fox")
    with pytest.raises(BadInput, match="smallest race"):
        choose(studio, "pip", budget=5)


def test_adapters_of_another_family_are_all_told_before_the_first_picture(studio: Studio) -> None:
    run = studio.character("pip").runs()[0]
    for _, path in run.checkpoints():
        tensors = load_file(path)
        save_file(tensors, path, {"ss_base_model_version": "sdxl_base_v1-0"})
        foreign = {
            name.replace("lora_unet_", "lora_te2_text_model_"): tensor
            for name, tensor in tensors.items()
        }
        save_file(foreign, path, {"ss_base_model_version": "sdxl_base_v1-0"})
    with pytest.raises((Unfit, BadInput)) as told:
        choose(studio, "pip", budget=120)
    assert "pip-000001" in told.value.what
    assert "pip-000002" in told.value.what
    assert not list(studio.path.rglob("cells/*.png"))


def test_losses_are_found_by_epoch(tmp_path: Path, base: Path) -> None:
    run = RunFolder(tmp_path)
    for epoch in (1, 2):
        save(run.path / f"pip-{epoch:06d}.safetensors", adapter(base, epoch))
    journal = Journal(run.journal)
    for step, loss in ((0, 0.4), (50, 0.2), (100, 0.1)):
        journal.tell(Measured(name="held_out_loss", value=loss, at=step))
    assert held_out_losses(run) == ({1: 0.2, 2: 0.1}, 0.4)


@pytest.mark.slow
def test_a_race_ends_with_choice_evidence_report_and_adapter(studio: Studio) -> None:
    told: list[Event] = []
    chosen = choose(studio, "pip", budget=120, tell=told.append)
    folder = studio.character("pip")
    said = json.loads(json.dumps(chosen.data()))
    assert said["outcome"] in {"pick", "equal", "none-good", "not-enough-evidence"}
    assert len(said["likeness"]) == len(said["obedience"]) == 3
    assert {"outcome", "epoch", "strength", "reasons", "picks", "cost"} <= set(said)
    assert said["cost"]["pictures"] <= 120
    assert len(list(chosen.folder.cells.glob("*.png"))) == said["cost"]["pictures"]
    assert evidence.recomputed(evidence.read(chosen.folder)) == chosen.decision
    assert "default-src 'none'" in Path(said["report"]).read_text("utf-8")
    assert folder.character.strength == said["strength"]
    texts = read_header(folder.adapter_path).metadata
    assert texts["castmates.strength"] == f"{said['strength']:g}"
    assert any(isinstance(e, Warned) and "at most" in e.what for e in told)
    assert any(isinstance(e, Moved) and "left" in e.note for e in told)
    assert folder.newest_study() is None, "a race is no grid"
    again: list[Event] = []
    assert choose(studio, "pip", budget=120, tell=again.append).decision == chosen.decision
    assert not any(isinstance(e, Moved) and "left" in e.note for e in again)


def test_one_epoch_and_no_held_out_pictures_are_said(studio: Studio) -> None:
    from castmates.studio.choose import _course, real_pictures
    from castmates.studio.choose_race import warnings

    folder = studio.character("pip")
    run = folder.runs()[0]
    (run.path / "pip-000002.safetensors").unlink()
    folder.save_records([r.model_copy(update={"held_out": False}) for r in folder.records()])
    course = _course(studio, folder, None, None, lambda _event: None)[1]
    said = [warning.what for warning in warnings(folder, course, real_pictures(folder))]
    assert "Only one epoch is saved" in said[0]
    assert "flatters copies" in said[1]
