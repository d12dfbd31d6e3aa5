"""The chosen adapter as a folder to hand on: whole, with its card, and nothing of others."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.core.types import Character, Choice
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.tensors import read_header, tensor_hash
from castmates.judging.cells import Checkpoint, Study, StudyPrompt
from castmates.studio.choose_answer import adopt
from castmates.studio.export_adapter import adapter


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "studio")


@pytest.fixture
def pip(house: Studio) -> CharacterFolder:
    """A character with one trained epoch, chosen at .8."""
    folder = house.add_character(Character(name="pip", trigger="pip", class_word="girl"))
    run = folder.new_run("r")
    layer = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q"
    down, up = torch.ones(2, 8), torch.ones(8, 2)
    file = run.path / "pip-000003.safetensors"
    save(file, Adapter("pip", "lora", {layer: Factors(down, up, 2.0)}, {"ss_epoch": "3"}))
    study = Study(
        adapters=(Checkpoint(epoch=3, file=file.relative_to(folder.path).as_posix()),),
        strengths=(0.8,),
        prompts=(StudyPrompt(label="plain", words="pip"),),
    )
    pick = Choice(
        adapter="pip-000003",
        epoch=3,
        strength=0.8,
        likeness=0.8,
        likeness_interval=(0.7, 0.9),
        obedience=1.0,
        obedience_interval=(0.8, 1.0),
    )
    adopt(folder, study, pick, "storybook")
    return folder


def test_the_chosen_file_knows_trigger_and_strength_and_its_tensors_are_the_same(
    pip: CharacterFolder,
) -> None:
    texts = read_header(pip.adapter_path).metadata
    assert texts["modelspec.trigger_phrase"] == "pip"
    assert texts["castmates.strength"] == "0.8"
    assert "strength 0.8" in texts["modelspec.usage_hint"]
    assert texts["ss_epoch"] == "3", "what the training wrote stays"
    trained = next(pip.path.glob("runs/*/pip-000003.safetensors"))
    assert tensor_hash(pip.adapter_path) == tensor_hash(trained)
    assert pip.character.strength == 0.8


def test_the_folder_has_file_card_and_hashes(
    pip: CharacterFolder, house: Studio, tmp_path: Path
) -> None:
    done = adapter(house, "pip", tmp_path / "out", "CC BY 4.0")
    out = tmp_path / "out"
    assert (out / "pip.safetensors").read_bytes() == pip.adapter_path.read_bytes()
    assert done.sha256 == sha256((out / "pip.safetensors").read_bytes()).hexdigest()
    card = (out / "README.md").read_text("utf-8")
    for words in ("| trigger | `pip` |", "<lora:pip:0.8>", "CC BY 4.0", done.sha256):
        assert words in card
    assert str(house.path) not in card, "nothing of the machine"
    assert done.tensors_sha256[:12] in (out / "hashes.txt").read_text("utf-8")
    again = adapter(house, "pip", tmp_path / "out", "CC BY 4.0")
    assert (again.written, again.there) == (0, done.written)


def test_what_should_be_said_before_it_is_handed_on(
    pip: CharacterFolder, house: Studio, tmp_path: Path
) -> None:
    pip.save(pip.character.model_copy(update={"likeness": "real person"}))
    told: list[Event] = []
    adapter(house, "pip", tmp_path / "out", tell=told.append)
    said = " ".join(event.what for event in told if isinstance(event, Warned))
    assert "No licence is said" in said
    assert "real person" in said
    assert "none said" in (tmp_path / "out" / "README.md").read_text("utf-8")


def test_bad_input_says_what_to_do(pip: CharacterFolder, house: Studio, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="in the studio's cast"):
        adapter(house, "pip", pip.path / "out")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.doc").write_text("mine")
    with pytest.raises(BadInput, match=r"thesis\.doc"):
        adapter(house, "pip", tmp_path / "theirs")
    house.add_character(Character(name="fox", trigger="fox"))
    with pytest.raises(Missing, match="castmates choose fox"):
        adapter(house, "fox", tmp_path / "new")
