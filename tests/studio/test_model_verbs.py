"""Add, list, show and use: what they answer, and what they refuse with the way out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.families.shelf import STORYBOOK
from castmates.files.hashes import hashes_of
from castmates.files.studio import Studio
from castmates.studio.model_index import Model
from castmates.studio.model_terms import advice_of, terms_of
from castmates.studio.model_verbs import add, listed, show, use
from tests.studio import model_files as written


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "studio")


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """An A1111 tree."""
    home = tmp_path / "webui"
    written.checkpoint(home / "models" / "Stable-diffusion" / "dream.safetensors")
    written.lora(home / "models" / "Lora" / "pip.safetensors")
    written.embedding(home / "embeddings" / "bad.safetensors")
    return home


def state(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*")}


def test_a_folder_is_remembered_and_nothing_is_written_there(studio: Studio, web: Path) -> None:
    before = state(web)
    added = add(studio, web)
    assert (added.is_new, added.unread) == (True, ())
    assert added.kinds == {"checkpoint": 1, "lora": 1, "embedding": 1}
    assert studio.settings.models == (str(web),)
    assert not add(studio, web / "..").model_copy(update={"is_new": False}).is_new
    assert not add(studio, Path(f"{web}/models/..")).is_new
    listed(studio, with_hash=True)
    show(studio, "pip")
    assert state(web) == before


def test_several_folders_and_a_single_file(studio: Studio, web: Path, tmp_path: Path) -> None:
    alone = written.lora(tmp_path / "down loads" / "hat.safetensors", seed=3)
    add(studio, web)
    assert add(studio, alone).kinds == {"lora": 1}
    assert studio.settings.models == (str(web), str(alone))
    assert [m.name for m in listed(studio, kind="lora")] == ["hat", "pip"]
    assert [m.name for m in listed(studio, kind="embedding", family="sd15")] == ["bad"]
    assert len(listed(studio, family="sdxl")) == 0


def test_one_folder_without_brackets_and_a_relative_one(studio: Studio, web: Path) -> None:
    relative = os.path.relpath(web, studio.path)
    (studio.path / "studio.toml").write_text(f"models = {json.dumps(relative)}  # mine\n")
    assert "pip" in [m.name for m in listed(studio)]
    assert not add(studio, web).is_new


def test_what_is_no_folder_of_models_is_refused(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(Missing, match="no folder or file"):
        add(studio, tmp_path / "nowhere")
    with pytest.raises(BadInput, match="no model file"):
        add(studio, tmp_path / "notes.txt")
    (tmp_path / "empty").mkdir()
    assert add(studio, tmp_path / "empty").kinds == {}
    assert studio.settings.models == (str(tmp_path / "empty"),)


def test_misspelt_kinds_and_families_are_told(studio: Studio) -> None:
    with pytest.raises(BadInput, match="Did you mean 'lora'"):
        listed(studio, kind="loras")
    with pytest.raises(BadInput, match="Did you mean 'sdxl'"):
        listed(studio, family="sdx")
    with pytest.raises(BadInput, match="kind of model"):
        show(studio, "pip", kind="pictures")


def test_a_model_is_shown_by_name_hash_and_file(studio: Studio, web: Path) -> None:
    add(studio, web)
    path = web / "models" / "Stable-diffusion" / "dream.safetensors"
    card = show(studio, "dream")
    assert card.model.hashes == hashes_of(path)
    same = {"hashes": card.model.hashes, "place": card.model.place}
    for what in (card.model.hashes.autov2, card.model.hashes.autov1, str(path)):
        shown = show(studio, what)
        assert shown.model.model_copy(update=same) == card.model
    assert show(None, str(path), with_hash=False).model.name == "dream"
    assert (card.terms.licence, card.terms.sale) == ("CreativeML OpenRAIL-M", "yes, as its family")
    assert (str(card.advice.size), card.advice.guidance, card.advice.clip_skip) == ("512x512", 7, 1)
    assert card.draws.startswith("castmates does not draw on it yet")


def test_trigger_words_come_from_the_header_and_from_beside_it(studio: Studio, web: Path) -> None:
    path = web / "models" / "Lora" / "pip.safetensors"
    written.lora(path, modelspec__trigger_phrase="pip")
    path.with_suffix(".json").write_text(json.dumps({"activation text": "pip, red hat"}))
    add(studio, web)
    card = show(studio, "pip")
    assert card.model.triggers == ("pip", "pip, red hat")
    assert (card.terms.licence, card.terms.sale) == ("", "not known")
    assert "ask its maker" in card.terms.words


def test_what_cannot_be_shown_says_why(studio: Studio, web: Path, tmp_path: Path) -> None:
    add(studio, web)
    with pytest.raises(Missing, match="Did you mean 'dream'"):
        show(studio, "draem")
    with pytest.raises(Missing, match="has the hash 0123456789"):
        show(studio, "0123456789")
    with pytest.raises(BadInput, match="models add"):
        show(studio, str(web))
    with pytest.raises(Missing, match="no studio here"):
        show(None, "dream")
    (tmp_path / "a.safetensors").write_bytes(b"abc")
    with pytest.raises(BadInput, match="not a whole safetensors file"):
        show(studio, str(tmp_path / "a.safetensors"))


def test_two_of_one_name_are_listed_and_the_name_alone_is_refused(
    studio: Studio, web: Path
) -> None:
    written.lora(web / "models" / "Lora" / "old" / "pip.safetensors", seed=9)
    add(studio, web)
    assert [m.name for m in listed(studio, kind="lora")] == ["pip", "pip"]
    with pytest.raises(BadInput, match="2 models are called 'pip'"):
        show(studio, "pip")
    assert show(studio, "old/pip").model.place == "models/Lora/old/pip.safetensors"


def test_a_base_is_chosen_with_its_terms(studio: Studio, web: Path, tmp_path: Path) -> None:
    add(studio, web)
    folder = written.diffusers(tmp_path / "xl", "StableDiffusionXLPipeline", 2048)
    for name, why in (("dream", "lacks a U-Net"), ("pip", "is no base but a lora")):
        with pytest.raises(Unfit, match=why):
            use(studio, name)
    with pytest.raises(Unfit, match="cannot be this studio's base"):
        use(studio, str(folder))
    card = use(studio, STORYBOOK)
    assert studio.settings.base == STORYBOOK
    assert (card.terms.licence, card.terms.sale, card.advice.steps) == ("Apache-2.0", "yes", 20)
    assert card.draws == "castmates draws and trains on it: --base storybook"


def base(**more: object) -> Model:
    about = {"name": "a", "path": "/a.safetensors", "kind": "checkpoint"}
    return Model.model_validate({**about, **more})


def test_terms_are_the_models_own_before_its_familys() -> None:
    dev = terms_of(base(families=("flux",), variant="dev"))
    assert (dev.may_sell, dev.sale, dev.told_by) == (False, "no, as its family", "its family")
    own = terms_of(base(families=("flux",), variant="dev", licence="apache-2.0"))
    assert (own.licence, own.sale, own.told_by) == ("Apache-2.0", "yes", "itself")
    strange = terms_of(base(families=("sd15",), licence="My own terms"))
    assert (strange.licence, strange.sale) == ("My own terms", "not known")
    assert "not in castmates' table" in strange.words
    assert terms_of(base(licence="My own terms", may_sell=False)).sale == "no"


def test_unknown_terms_are_said_to_be_unknown() -> None:
    for model in (base(), base(families=("sd15", "sd2")), base(families=("sd15",), kind="vae")):
        assert (terms_of(model).licence, terms_of(model).sale) == ("", "not known")
        assert "before you sell" in terms_of(model).words
    limited = terms_of(base(families=("sd3",), variant="3"))
    assert limited.sale == "yes, under 1M $ a year, as its family"


def test_advice_is_the_headers_before_the_familys() -> None:
    sdxl = base(families=("sdxl",), resolution="832x1216", clip_skip=1)
    assert (str(advice_of(sdxl).size), advice_of(sdxl).clip_skip) == ("832x1216", 1)
    odd = base(families=("sdxl",), resolution="huge")
    assert str(advice_of(odd).size) == "1024x1024"
    assert advice_of(base()).model_dump(exclude_none=True) == {}
