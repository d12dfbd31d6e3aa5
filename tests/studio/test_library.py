"""Names in prompts and options find files in the folders that a studio knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.drawing.found import texts_of
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import fingerprint_of, open_base
from castmates.families.tiny import WIDTH
from castmates.files.hashes import hashes_of
from castmates.files.images import read, write_png
from castmates.files.studio import Studio
from castmates.files.tensors import tensor_hash
from castmates.studio.draw import Course, Picture, Wish, draw, read_size
from castmates.studio.draw_extras import Extras
from castmates.studio.honoured import known_upscaler
from castmates.studio.library import Library
from castmates.studio.models import base_name
from castmates.studio.parse import Question, parse
from castmates.studio.parse_view import as_data, as_words
from castmates.studio.redraw import Changes, redraw

PIP = Character(name="pip", trigger="pip", adapter="pip.safetensors", strength=0.5)
COURSE = Course(size=read_size("64"), steps=2, guidance=3.0, sampler="Euler")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "dreamy")


def lora(base: Path, path: Path, seed: int, **texts: str) -> Path:
    numbers = torch.Generator().manual_seed(seed)
    factors = {
        name: Factors(
            0.2 * torch.randn(shape.down(2), generator=numbers),
            0.2 * torch.randn(shape.up(2), generator=numbers),
            1.0,
        )
        for name, shape in open_base(base).bank.shapes().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, Adapter(path.stem, "lora", factors), texts)
    return path


@pytest.fixture
def studio(tmp_path: Path, base: Path) -> Studio:
    """With a character, its own `models/`, and the base in a folder that it knows."""
    made = Studio.init(tmp_path / "s")
    lora(base, made.add_character(PIP).adapter_path, 0)
    lora(base, made.path / "models/Lora/Hat-v2.safetensors", 1, ss_output_name="Hat")
    embeddings = made.path / "models/embeddings"
    embeddings.mkdir()
    vectors = torch.linspace(-1.0, 1.0, 2 * WIDTH).reshape(2, WIDTH)
    save_file({"emb_params": vectors}, embeddings / "EasyNegative.safetensors")
    torch.save({"string_to_param": {"*": vectors.flip(0)}}, embeddings / "bad-hands-5.pt")
    settings = made.settings.model_copy(update={"models": (str(base.parent),)})
    made.save_settings(settings)
    return made


def drawn(studio: Studio, words: str, **more: Any) -> Picture:
    given = {"number": 1, "course": COURSE, **more}
    [made] = draw(studio, Wish(words=words, **given), base="dreamy", precise=True)
    return made


def pixels(picture: Picture) -> Any:
    return read(Path(picture.path))


def parameters(picture: Picture) -> str:
    return texts_of(Path(picture.path).read_bytes())["parameters"]


def told(events: list[Event]) -> str:
    return " ".join(event.what for event in events if isinstance(event, Warned))


def test_an_adapter_of_the_library_is_found_by_name_alias_and_folder(studio: Studio) -> None:
    found = Library.of(studio)
    path = studio.path / "models/Lora/Hat-v2.safetensors"
    for name in ("Hat-v2", "hat-V2", "Hat", "Lora/Hat-v2"):
        assert found.adapter(name) == path
    assert found.adapter("pip") == studio.character("pip").adapter_path
    with pytest.raises(Missing, match="Did you mean 'Hat-v2'"):
        found.adapter("Hat-v3")
    with pytest.raises(Missing, match="Did you mean 'pip'"):
        found.adapter("pib")


def test_two_files_of_a_name_are_told_with_their_paths(studio: Studio, base: Path) -> None:
    lora(base, studio.path / "models/Lora/old/Hat-v2.safetensors", 2)
    with pytest.raises(BadInput, match=r"names 2 adapters: .*Lora.Hat-v2.*old.Hat-v2"):
        Library.of(studio).adapter("Hat-v2")
    assert Library.of(studio).adapter("old/Hat-v2").parent.name == "old"


def test_an_adapter_for_another_family_is_refused_before_it_is_opened(studio: Studio) -> None:
    layer = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k"
    shapes = {"lora_down.weight": (2, 2048), "lora_up.weight": (640, 2)}
    tensors = {f"{layer}.{part}": torch.zeros(shape) for part, shape in shapes.items()}
    save_file(tensors, studio.path / "models/Lora/big.safetensors")
    with pytest.raises(Unfit, match=r"is for sdxl, and the base is sd15"):
        Library.of(studio).adapter("big", "sd15")
    shown = parse(studio, Question("a <lora:big:1>", base="dreamy"))
    assert [(p.level, "is for sdxl" in p.what) for p in shown.problems] == [("error", True)]


def test_a_prompt_draws_with_what_it_names(studio: Studio) -> None:
    made = drawn(studio, "a fox <lora:Hat:0.8> <lora:pip:0.2>", negative="(easynegative:1.2)")
    line = parameters(made)
    sums = {name: tensor_hash(Library.of(studio).adapter(name))[:12] for name in ("Hat", "pip")}
    assert f'Lora hashes: "Hat: {sums["Hat"]}, pip: {sums["pip"]}"' in line
    path = studio.path / "models/embeddings/EasyNegative.safetensors"
    assert f'TI hashes: "EasyNegative: {hashes_of(path).sha256[:12]}"' in line
    without = [drawn(studio, "a fox <lora:pip:0.2>", negative="(easynegative:1.2)")]
    without.append(drawn(studio, "a fox <lora:Hat:0.8> <lora:pip:0.2>"))
    for other in without:
        assert not np.array_equal(pixels(other), pixels(made))


def test_parse_shows_embeddings_and_how_many_tokens_they_take(studio: Studio) -> None:
    question = Question("a fox", "(bad-hands-5:1.3), EASYNEGATIVE", base="dreamy")
    shown = parse(studio, question)
    data = as_data(shown)
    assert [(one["name"], one["vectors"]) for one in data["embeddings"]] == [
        ("bad-hands-5", 2),
        ("EasyNegative", 2),
    ]
    assert data["problems"] == []
    assert "Embedding EasyNegative: 2 tokens" in as_words(shown)
    pieces = shown.plan.negative[0].conditions[0].chunks[0]
    assert [(p.text, p.weight, p.embedding) for p in pieces] == [
        ("bad-hands-5", 1.3, "bad-hands-5"),
        (", ", 1.0, ""),
        ("EASYNEGATIVE", 1.0, "EasyNegative"),
    ]


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"emb_params": (2, 768)}, r"768 numbers \(as those for Stable Diffusion 1.x\)"),
        ({"clip_l": (2, 768), "clip_g": (2, 1280)}, "two text encoders, as SDXL has"),
        ({"a": (2, 32), "b": (2, 32)}, "no textual inversion"),
    ],
)
def test_an_embedding_that_does_not_fit_is_refused_with_the_reason(
    studio: Studio, tensors: dict[str, tuple[int, ...]], says: str
) -> None:
    path = studio.path / "models/embeddings/wrong.safetensors"
    save_file({name: torch.zeros(shape) for name, shape in tensors.items()}, path)
    with pytest.raises(CastmatesError, match=says):
        drawn(studio, "a wrong fox")
    path.rename(path.with_name("right.safetensors"))
    drawn(studio, "a wrong fox")


def test_of_two_files_of_a_name_the_one_that_fits_is_taken(studio: Studio) -> None:
    other = studio.path / "models/embeddings/xl/EasyNegative.safetensors"
    other.parent.mkdir()
    save_file({"clip_l": torch.zeros(2, 768), "clip_g": torch.zeros(2, 1280)}, other)
    shown = parse(studio, Question("easynegative", base="dreamy"))
    assert [one.path.parent.name for one in shown.inversions] == ["embeddings"]


def test_a_base_is_found_by_its_name(studio: Studio, base: Path) -> None:
    assert base_name(studio, None, "dreamy") == str(base)
    assert base_name(studio, None, "storybook") == "storybook"
    assert base_name(studio, None, str(base)) == str(base)
    with pytest.raises(BadInput, match="There is no base 'dreany'"):
        draw(studio, Wish(words="a fox"), base="dreany")


def test_an_upscaler_is_found_by_its_name(studio: Studio) -> None:
    path = studio.path / "models/ESRGAN/4x-Sharp.pth"
    path.parent.mkdir()
    torch.save({"conv_first.weight": torch.zeros(1)}, path)
    found = Library.of(studio)
    assert known_upscaler(found, "4x-sharp") == str(path)
    assert known_upscaler(found, "lanczos") == "lanczos"
    with pytest.raises(BadInput, match="Did you mean '4x-Sharp'"):
        known_upscaler(found, "4x-Shard")
    extras = Extras(hires=2.0, hires_upscaler="4x-Sharp")
    with pytest.raises(CastmatesError, match=r"4x-Sharp\.pth"):
        draw(studio, Wish(words="a fox", extras=extras, course=COURSE), base="dreamy")


@pytest.mark.parametrize("ours", [True, False])
def test_a_picture_is_drawn_again_with_its_own_files_by_their_hashes(
    studio: Studio, base: Path, ours: bool
) -> None:
    """All have other names by then; the base is not the studio's usual one."""
    made = drawn(studio, "a fox <lora:Hat-v2:0.8>", negative="bad-hands-5")
    picture = studio.path / "theirs.png"
    texts = texts_of(Path(made.path).read_bytes())
    assert f"Model hash: {fingerprint_of(base)[:10]}" in texts["parameters"]
    write_png(picture, pixels(made), texts if ours else {"parameters": texts["parameters"]})
    models = studio.path / "models"
    (models / "Lora/Hat-v2.safetensors").rename(models / "Lora/renamed.safetensors")
    lora(base, models / "Lora/Hat-v2.safetensors", 9)
    (models / "embeddings/bad-hands-5.pt").rename(models / "embeddings/other.pt")
    events: list[Event] = []
    [again] = redraw(studio, picture, precise=True, tell=events.append)
    assert np.array_equal(pixels(again), pixels(made))
    assert told(events) == ""


def test_what_is_not_here_is_said_with_its_hash(studio: Studio) -> None:
    made = drawn(studio, "a fox <lora:Hat:0.8>", negative="bad-hands-5")
    lines = parameters(made)
    (studio.path / "models/Lora/Hat-v2.safetensors").unlink()
    (studio.path / "models/embeddings/bad-hands-5.pt").unlink()
    with pytest.raises(Missing, match=r"no adapter 'Hat'\. No file .* has its hash [0-9a-f]{64}"):
        redraw(studio, Path(made.path))
    bare = studio.path / "bare.png"
    write_png(bare, pixels(made), {"parameters": lines.replace("<lora:Hat:0.8>", "")})
    with pytest.raises(Missing, match="embedding 'bad-hands-5'"):
        redraw(studio, bare, base="dreamy")


def test_a_picture_without_embeddings_stays_as_it_was(studio: Studio) -> None:
    """What it was drawn with counts, not what has come since."""
    made = drawn(studio, "a fox")
    vectors = torch.ones(1, WIDTH)
    save_file({"emb_params": vectors}, studio.path / "models/embeddings/fox.safetensors")
    [again] = redraw(studio, Path(made.path))
    assert np.array_equal(pixels(again), pixels(made))
    [other] = redraw(studio, Path(made.path), Changes(negative="easynegative"))
    assert 'TI hashes: "EasyNegative: ' in parameters(other)
    assert "fox:" not in parameters(other)
    assert not np.array_equal(pixels(drawn(studio, "a fox")), pixels(made))


def test_all_files_that_do_not_fit_are_told_at_once(studio: Studio, base: Path) -> None:
    other = open_base(base).bank.shapes()
    for name in ("one", "two"):
        factors = {
            layer: Factors(torch.zeros(2, 5), torch.zeros(7, 2), 1.0) for layer in list(other)[:1]
        }
        adapter = replace(Adapter(name, "lora", factors))
        save(studio.path / f"models/Lora/{name}.safetensors", adapter)
    with pytest.raises(Unfit, match=r"2 things do not fit:(.|\n)*'one'(.|\n)*'two'"):
        drawn(studio, "a fox <lora:one:1> <lora:two:1>")
