"""Models are found by every name and hash that prompts and pictures use for them."""

from __future__ import annotations

from hashlib import sha256

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.files.hashes import Hashes
from castmates.studio.model_index import Model, Models, digits_of


def model(place: str, kind: str = "lora", **more: object) -> Model:
    name = place.rpartition("/")[2].removesuffix(".safetensors")
    about = {"name": name, "path": f"/disk/{place}", "place": place, "kind": kind}
    return Model.model_validate({**about, **more})


PIP = model("loras/people/Pip-000006.safetensors", alias="pip_v6", families=("sd15",))
HAT = model("loras/hat.safetensors", families=("sdxl",), hashes=Hashes(tensors_sha256="ab" * 32))
DREAM = model("checkpoints/dream.v2.safetensors", "checkpoint", families=("sd15",))
VAE = model("vae/dream.v2.safetensors", "vae", families=("sd15", "sdxl"))
ALL = Models((PIP, HAT, DREAM, VAE), unread=("x is broken.",))


@pytest.mark.parametrize(
    "name",
    [
        "Pip-000006",
        "pip-000006",
        "Pip-000006.safetensors",
        "people/Pip-000006.safetensors",
        "people\\Pip-000006.safetensors",
        "people/pip-000006",
        "pip_v6",
        "/disk/loras/people/Pip-000006.safetensors",
    ],
)
def test_one_model_answers_to_all_its_names(name: str) -> None:
    assert ALL.one(name, kind="lora") is PIP


def test_a_name_as_written_comes_before_one_that_is_like_it() -> None:
    other = model("loras/pip-000006.safetensors")
    both = Models((PIP, other))
    assert both.one("pip-000006") is other
    assert both.one("Pip-000006") is PIP
    with pytest.raises(BadInput, match="2 models are called 'PIP-000006'"):
        both.one("PIP-000006")


def test_two_of_one_name_are_both_named_until_the_kind_or_folder_says_which() -> None:
    with pytest.raises(BadInput, match=r"checkpoints/dream\.v2\.safetensors, /disk/vae"):
        ALL.one("dream.v2")
    assert ALL.one("dream.v2", kind="vae") is VAE
    assert ALL.one("vae/dream.v2") is VAE
    copy = model("b/hat.safetensors", hashes=Hashes(sha256="00"))
    twin = copy.model_copy(update={"path": "/disk/c/hat.safetensors", "place": "c/hat.safetensors"})
    assert Models((copy, twin)).one("hat") is copy


def test_an_unknown_name_offers_the_nearest_of_the_kind() -> None:
    with pytest.raises(Missing, match="Did you mean 'hat'"):
        ALL.one("hatt", kind="lora")
    with pytest.raises(Missing, match=r"no vae 'hat'"):
        ALL.one("hat", kind="vae")
    for nothing in ("", "/", "people", "dream"):
        assert ALL.named(nothing) == ()


def test_kinds_and_families() -> None:
    assert [m.name for m in ALL.of("lora")] == ["Pip-000006", "hat"]
    assert list(ALL.of(family="sdxl")) == [HAT, VAE]
    assert list(ALL.of("vae", "sd2")) == []
    assert ALL.of("vae").unread == ALL.unread
    assert len(ALL) == 4


def test_hashes_of_any_length_and_as_a_header_states_them() -> None:
    stated = model("loras/c.safetensors", stated_hash="cd" * 32)
    models = Models((*ALL, stated))
    assert models.hashed("AB" * 6) == (HAT,)
    assert models.hashed("0x" + "ab" * 32, kind="lora") == (HAT,)
    assert models.hashed("cdcdcdcdcdcd") == (stated,)
    assert models.hashed("ab" * 6, kind="checkpoint") == ()
    for no_hash in ("", "abab", "hat", "ab" * 40):
        assert models.hashed(no_hash) == ()


def test_the_hash_of_nothing_names_nothing() -> None:
    empty = sha256(b"").hexdigest()
    claimed = model("loras/d.safetensors", stated_hash=empty)
    assert digits_of(empty[:12]) == digits_of("0x" + empty) == ""
    assert Models((claimed,)).hashed(empty[:12]) == ()
