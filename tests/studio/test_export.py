"""kohya's layout, out and in again: same pixels, captions, repeats; others lose nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.kohya_export import Kohya
from castmates.studio.export import kohya
from castmates.studio.new import new
from tests.pictures.drawn import folder_of, picture

DATASET = {
    "resolution": int,
    "batch_size": int,
    "enable_bucket": bool,
    "min_bucket_reso": int,
    "max_bucket_reso": int,
    "subsets": list,
}
SUBSET = {
    "image_dir": str,
    "num_repeats": int,
    "class_tokens": str,
    "caption_extension": str,
    "keep_tokens": int,
    "shuffle_caption": bool,
}
GENERAL = {"flip_aug": bool, "color_aug": bool}
"""The keys and kinds that sd-scripts 0.10 takes (its schema refuses others)."""


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "studio")


@pytest.fixture
def pip(house: Studio, tmp_path: Path) -> CharacterFolder:
    """Seven pictures in three folders, the seventh without a caption."""
    root = tmp_path / "lora_pip" / "Images"
    folder_of(root / "15_pip girl", 4)
    folder_of(root / "4_pip girl low", 1, first=10)
    folder_of(root / "2_pip girl", 2, first=20)
    for number, path in enumerate(sorted(root.rglob("*.png"))[:6]):
        path.with_suffix(".txt").write_text(f"pip, tag {number}\n")
    return new(house, "pip", [tmp_path / "lora_pip"]).folder


Kept = list[tuple[bytes, str | None, int, str]]


def kept(folder: CharacterFolder) -> Kept:
    records = {record.number: record for record in folder.records()}
    return sorted(
        (
            images.read(entry.path).tobytes(),
            entry.caption,
            records[entry.number].repeats,
            records[entry.number].group,
        )
        for entry in folder.pictures()
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize("numbering", ["1", "0001"])
def test_out_and_in_and_out_again_is_the_same(
    pip: CharacterFolder, house: Studio, tmp_path: Path, numbering: Any
) -> None:
    how = Kohya(numbering=numbering)
    done = kohya(house, "pip", tmp_path / "out", how)
    assert (done.pictures, done.captions) == (7, 6)
    back = new(house, "back", [tmp_path / "out"])
    assert back.folder.character.trigger == "pip"
    assert kept(back.folder) == kept(pip)
    assert kept(pip)[0][1:] != kept(pip)[-1][1:]
    kohya(house, "back", tmp_path / "again", how)
    first, second = files(tmp_path / "out"), files(tmp_path / "again")
    images_of = {name: d for name, d in first.items() if name.endswith((".png", "/1.txt"))}
    assert sorted(images_of.values()) == sorted(
        d for name, d in second.items() if name.endswith((".png", "/1.txt"))
    )
    source = {images.read(p).tobytes() for p in (tmp_path / "lora_pip").rglob("*.png")}
    assert source == {images.read(p).tobytes() for p in (tmp_path / "again").rglob("*.png")}


def test_the_layout_is_kohya_s(pip: CharacterFolder, house: Studio, tmp_path: Path) -> None:
    kohya(house, "pip", tmp_path / "out")
    inner = tmp_path / "out"
    assert sorted(p.name for p in inner.iterdir()) == [
        "Images",
        "Logs",
        "Model",
        "castmates-export.sha256",
        "dataset.toml",
    ]
    assert sorted(p.name for p in (inner / "Images").iterdir()) == [
        "15_pip",
        "2_pip",
        "4_pip low",
    ]
    numbers = sorted(p.name for p in inner.rglob("*.png"))
    assert numbers == [f"{n}.png" for n in range(1, 8)]
    assert b"castmates" not in next(inner.rglob("*.png")).read_bytes(), "no names of your files"


def test_dataset_toml_holds_what_sd_scripts_takes(
    pip: CharacterFolder, house: Studio, tmp_path: Path
) -> None:
    kohya(house, "pip", tmp_path / "out", Kohya(resolution=768))
    config = tomllib.loads((tmp_path / "out" / "dataset.toml").read_text("utf-8"))
    assert sorted(config) == ["datasets", "general"]
    tables = [(GENERAL, config["general"])]
    tables += [(DATASET, one) for one in config["datasets"]]
    tables += [(SUBSET, one) for dataset in config["datasets"] for one in dataset["subsets"]]
    for schema, table in tables:
        assert {key: type(value) for key, value in table.items()} == schema
    dataset = config["datasets"][0]
    assert dataset["min_bucket_reso"] <= dataset["resolution"] <= dataset["max_bucket_reso"]
    assert [one["num_repeats"] for one in dataset["subsets"]] == [15, 4, 2]
    for one in dataset["subsets"]:
        assert len(list(Path(one["image_dir"]).glob("*.png"))) >= 1
        assert (one["keep_tokens"], one["shuffle_caption"]) == (1, True)
        assert one["class_tokens"] == "pip girl"


def test_sentences_are_not_shuffled(pip: CharacterFolder, house: Studio, tmp_path: Path) -> None:
    pip.write_caption(1, "pip, a girl with a red scarf, waves in the snow.")
    kohya(house, "pip", tmp_path / "out")
    config = tomllib.loads((tmp_path / "out" / "dataset.toml").read_text("utf-8"))
    shuffled = {
        one["num_repeats"]: one["shuffle_caption"] for one in config["datasets"][0]["subsets"]
    }
    told = next(record.repeats for record in pip.records() if record.number == 1)
    assert shuffled == {repeats: repeats != told for repeats in (15, 4, 2)}


def test_options(pip: CharacterFolder, house: Studio, tmp_path: Path) -> None:
    how = Kohya(images="jpg", numbering="0001", trigger_folder=True, held_out=False)
    held = sum(record.held_out for record in pip.records())
    done = kohya(house, "pip", tmp_path / "out", how)
    assert held > 0
    assert done.pictures == 7 - held
    assert done.folder == str(tmp_path / "out" / "lora_pip")
    found = sorted((tmp_path / "out" / "lora_pip").rglob("*.jpg"))
    assert len(found) == 7 - held
    one = found[0]
    kept_one = images.read(pip.picture_path(int(one.stem)))
    assert np.abs(images.read(one).astype(int) - kept_one).mean() < 6


def test_the_same_export_again_writes_only_what_changed(
    pip: CharacterFolder, house: Studio, tmp_path: Path
) -> None:
    into = tmp_path / "out"
    first = kohya(house, "pip", into)
    (into / "Model" / "pip.safetensors").write_bytes(b"kohya's")
    (into / "Images" / "15_pip" / "1_sd.npz").write_bytes(b"cache")
    again = kohya(house, "pip", into)
    assert (again.written, again.there, again.removed) == (0, first.written, 0)
    pip.write_caption(1, "pip, other")
    records = [r.model_copy(update={"repeats": 3}) if r.number == 2 else r for r in pip.records()]
    pip.save_records(records)
    told: list[Event] = []
    more = kohya(house, "pip", into, tell=told.append)
    assert (more.removed, more.there) == (2, first.written - 4)
    assert len(list(into.rglob("*.png"))) == 7
    assert "caches (.npz)" in str([e.what for e in told if isinstance(e, Warned)])
    assert (into / "Model" / "pip.safetensors").read_bytes() == b"kohya's"


def test_folders_of_others_are_refused(pip: CharacterFolder, house: Studio, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.doc").write_text("mine")
    with pytest.raises(BadInput, match=r"thesis\.doc"):
        kohya(house, "pip", tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thesis.doc"]
    with pytest.raises(BadInput, match="in the studio's cast"):
        kohya(house, "pip", pip.path / "out")
    with pytest.raises(BadInput, match="multiple of 64"):
        kohya(house, "pip", tmp_path / "new", Kohya(resolution=500))
    with pytest.raises(Missing, match="Did you mean 'pip'"):
        kohya(house, "pipp", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_trigger_that_is_no_folder_s_name_and_odd_pictures(
    pip: CharacterFolder, house: Studio, tmp_path: Path
) -> None:
    pip.save(pip.character.model_copy(update={"trigger": r"pip \(fox\): a/b"}))
    clear = picture(3).convert("RGBA")
    clear.putalpha(0)
    clear.save(pip.picture_path(1))
    pip.write_caption(1, "pip\nsecond line")
    told: list[Event] = []
    kohya(house, "pip", tmp_path / "out", tell=told.append)
    assert (tmp_path / "out" / "Images" / "15_pip -(fox-)- a-b").is_dir()
    with Image.open(next((tmp_path / "out").rglob("1.png"))) as one:
        assert one.mode == "RGB"
        assert one.getpixel((5, 5)) == (255, 255, 255)
    said = " ".join(event.what for event in told if isinstance(event, Warned))
    assert "several lines" in said
    assert "1 of 7 pictures have no caption" in said


def test_masks_go_along_as_alpha_and_come_back(
    pip: CharacterFolder, house: Studio, tmp_path: Path
) -> None:
    whole = np.random.default_rng(0).integers(0, 256, (40, 40, 4), np.uint8)
    (tmp_path / "more" / "9_pip").mkdir(parents=True)
    Image.fromarray(whole).save(tmp_path / "more" / "9_pip" / "x.png")
    new(house, "pip", [tmp_path / "more"])
    done = kohya(house, "pip", tmp_path / "out")
    config = tomllib.loads((tmp_path / "out" / "dataset.toml").read_text("utf-8"))
    masked = {one["num_repeats"]: one.get("alpha_mask") for one in config["datasets"][0]["subsets"]}
    assert masked == {15: None, 9: True, 4: None, 2: None}
    with Image.open(tmp_path / "out" / "Images" / "9_pip" / "8.png") as picture:
        assert np.array_equal(np.array(picture)[..., 3], whole[..., 3])
    back = new(house, "back", [tmp_path / "out"]).folder
    assert kept(back) == kept(pip)
    number = next(r.number for r in back.records() if r.repeats == 9)
    assert np.array_equal(images.read(back.mask_path(number)), images.read(pip.mask_path(8)))
    assert kohya(house, "pip", tmp_path / "jpg", Kohya(images="jpg")).pictures == done.pictures
    assert "alpha_mask" not in (tmp_path / "jpg" / "dataset.toml").read_text("utf-8")
    kohya(house, "pip", tmp_path / "plain", Kohya(masks=False))
    assert "alpha_mask" not in (tmp_path / "plain" / "dataset.toml").read_text("utf-8")
