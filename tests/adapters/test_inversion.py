"""Files with textual inversions, as everybody writes them; none of them is run."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from castmates.adapters.inversion import load
from castmates.core.errors import BadInput, Missing
from castmates.files.hashes import hashes_of
from castmates.files.inversion_file import sizes_in

VECTORS = torch.linspace(-1.0, 1.0, 8).reshape(2, 4)


def _a1111(path: Path) -> None:
    told = {"name": "x", "step": 500, "sd_checkpoint": "6ce0161689", "sd_checkpoint_name": "v1-5"}
    words = {"string_to_token": {"*": 265}, "string_to_param": {"*": VECTORS}}
    torch.save({**words, **told}, path)


def _first(path: Path) -> None:
    """As the authors of textual inversion wrote it: a ParameterDict, and numbers as tensors."""
    words = {"string_to_token": {"*": torch.tensor(265)}}
    held = torch.nn.ParameterDict({"*": torch.nn.Parameter(VECTORS)})
    torch.save({**words, "string_to_param": held}, path)


def _old(path: Path) -> None:
    """As torch before 1.6 wrote files."""
    held = {"string_to_token": {"*": 265}, "string_to_param": {"*": VECTORS}}
    torch.save(held, path, _use_new_zipfile_serialization=False)


WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "A1111": (".pt", _a1111),
    "the authors": (".pt", _first),
    "old torch": (".pt", _old),
    "diffusers, pickled": (".bin", lambda path: torch.save({"<cat-toy>": VECTORS}, path)),
    "emb_params": (".safetensors", lambda path: save_file({"emb_params": VECTORS}, path)),
    "diffusers": (".safetensors", lambda path: save_file({"<cat-toy>": VECTORS}, path)),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_every_form_gives_the_vectors(writer: str, tmp_path: Path) -> None:
    suffix, write = WRITERS[writer]
    path = tmp_path / f"EasyNegative{suffix}"
    write(path)
    assert sizes_in(path) == {"": (2, 4)}
    found = load(path)
    assert torch.equal(found.parts[""], VECTORS)
    assert (found.name, found.count, found.sha256) == ("EasyNegative", 2, hashes_of(path).sha256)


def test_one_vector_may_stand_alone_and_half_precision_is_read(tmp_path: Path) -> None:
    save_file({"<s>": VECTORS[0].half()}, tmp_path / "s.safetensors")
    assert torch.equal(load(tmp_path / "s.safetensors").parts[""], VECTORS[:1].half().float())


def test_those_of_sdxl_have_two_parts(tmp_path: Path) -> None:
    path = tmp_path / "xl.safetensors"
    save_file({"clip_l": torch.zeros(3, 768), "clip_g": torch.zeros(3, 1280)}, path)
    assert sizes_in(path) == {"clip_l": (3, 768), "clip_g": (3, 1280)}
    assert load(path, "xl").count == 3


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_would_run_a_program_is_refused_and_not_run(
    tmp_path: Path, zipped: bool
) -> None:
    path, mark = tmp_path / "bomb.pt", tmp_path / "it-ran"
    torch.save({"string_to_param": {"*": VECTORS, "x": Bomb(mark)}}, path)
    if not zipped:
        path.write_bytes(pickle.dumps(Bomb(mark)))
    for read in (sizes_in, load):
        with pytest.raises(BadInput, match=r"calls '\w+\.mkdir'|not a file of tensors"):
            read(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"no pickle at all",
        b"\x80\x02.",
        b"\x80\x02}r\xff\xff\xff\x7f.",  # a memo of two thousand million places
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x80\x02" + b"(" * 100_000 + b".",
        b"\x80\x02K\x01.\x80\x02K\x01.\x80\x02}.\x80\x02]q\x00h\x00a.",
    ],
)
def test_what_is_no_pickle_of_tensors_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"x\.pt"):
        load(path)


def test_a_zip_that_unpacks_to_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + b"N0" * 40_000_000)
    with pytest.raises(BadInput):
        sizes_in(path)


def test_what_is_no_inversion_says_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "lora.safetensors"
    save_file({"a.lora_up.weight": VECTORS, "a.lora_down.weight": VECTORS + 1}, path)
    with pytest.raises(BadInput, match=r"it holds a\.lora_down\.weight, a\.lora_up\.weight"):
        load(path)
    with pytest.raises(Missing):
        load(tmp_path / "none.pt")
    save_file({"emb_params": torch.full((1, 4), torch.nan)}, path)
    with pytest.raises(BadInput, match="numbers that are none"):
        load(path)
