"""What pictures say of themselves is found, whoever wrote it and in whatever container."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from castmates.core.errors import BadInput
from castmates.drawing.found import seen, texts_of, user_comment

INFOTEXT = "ein Fuchs 🦊, <lora:pip:0.8>\nNegative prompt: müde\nSteps: 20, Seed: 1, Size: 64x64"


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, words in texts.items():
        info.add_itxt(key, words) if not words.isascii() else info.add_text(key, words)
    return saved("PNG", pnginfo=info)


def saved(kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 99, 200)).save(stream, format=kind, **options)
    return stream.getvalue()


def exif(text: str, code: str = "utf-16-be") -> Image.Exif:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + text.encode(code)
    return block


def test_a_png_says_it_in_a_text() -> None:
    found = seen(texts_of(png(parameters=INFOTEXT)))
    assert found.source == "a1111"
    assert found.parameters.prompt == "ein Fuchs 🦊, <lora:pip:0.8>"
    assert found.parameters.fields["Seed"] == "1"
    assert seen(texts_of(png(parameters=INFOTEXT, castmates="{}"))).source == "castmates"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("code", ["utf-16-be", "utf-16-le"])
def test_others_say_it_in_exif(kind: str, code: str) -> None:
    data = saved(kind, exif=exif(INFOTEXT, code))
    assert seen(texts_of(data)).parameters.negative == "müde"


def test_exif_counts_before_the_text() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "old\nSteps: 1, Seed: 2, Size: 8x8")
    data = saved("PNG", pnginfo=info, exif=exif(INFOTEXT).tobytes())
    assert seen(texts_of(data)).parameters.fields["Seed"] == "1"


def test_user_comments_of_other_programs() -> None:
    assert user_comment(b"ASCII\0\0\0Steps: 1") == "Steps: 1"
    assert user_comment(bytes(8) + b"Steps: 1") == "Steps: 1"
    assert user_comment(b"") == ""


GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd/base.safetensors"}},
    "2": {
        "class_type": "LoraLoader",
        "inputs": {
            "model": ["1", 0],
            "clip": ["1", 1],
            "lora_name": "cast\\pip-000006.safetensors",
            "strength_model": 0.8,
            "strength_clip": 0.5,
        },
    },
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a (fox:1.2)", "clip": ["2", 1]}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["2", 1]}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 768}},
    "6": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["2", 0],
            "positive": ["3", 0],
            "negative": ["4", 0],
            "latent_image": ["5", 0],
            "seed": 7,
            "steps": 35,
            "cfg": 5.5,
            "sampler_name": "dpmpp_3m_sde",
            "scheduler": "karras",
        },
    },
}


def test_a_graph_of_comfyui_is_read() -> None:
    found = seen(texts_of(png(prompt=json.dumps(GRAPH))))
    assert found.source == "comfyui"
    said = found.parameters
    assert said.prompt == "a (fox:1.2) <lora:pip-000006:0.5:0.8>"
    assert said.negative == "blurry"
    assert said.fields == {
        "Steps": "35",
        "Sampler": "DPM++ 3M SDE",
        "Schedule type": "Karras",
        "CFG scale": "5.5",
        "Seed": "7",
        "Size": "640x768",
        "Model": "base",
    }


def test_a_graph_that_begins_with_a_picture_is_told() -> None:
    sampler = {"class_type": "KSampler", "inputs": {**GRAPH["6"]["inputs"], "denoise": 0.6}}
    found = seen({"prompt": json.dumps({**GRAPH, "6": sampler})})
    assert found.unread == ("Its sampler begins with a picture (denoise 0.6); here, with noise.",)
    sampler["inputs"]["denoise"] = 1.0
    assert seen({"prompt": json.dumps({**GRAPH, "6": sampler})}).unread == ()


def test_a_graph_with_a_ring_ends() -> None:
    ring = {**GRAPH, "2": {"class_type": "LoraLoader", "inputs": {"model": ["2", 0]}}}
    ring["3"] = {"class_type": "Combine", "inputs": {"conditioning": ["3", 0]}}
    found = seen({"prompt": json.dumps(ring)})
    assert found.unread


def test_novelai_is_read() -> None:
    comment = {"prompt": "fox", "uc": "blurry", "steps": 28, "seed": 3, "width": 8, "height": 9}
    found = seen(texts_of(png(Comment=json.dumps(comment), Software="NovelAI")))
    assert found.source == "novelai"
    assert found.parameters.fields == {"Steps": "28", "Seed": "3", "Size": "8x9"}


@pytest.mark.parametrize(
    "texts",
    [{}, {"prompt": "[" * 100_000}, {"prompt": "{}"}, {"Comment": "[]"}, {"prompt": '{"1": 2}'}],
)
def test_what_says_nothing_is_told(texts: dict[str, str]) -> None:
    with pytest.raises(BadInput) as raised:
        seen(texts)
    assert raised.value.fix


def test_bytes_that_are_no_picture_are_told() -> None:
    with pytest.raises(BadInput):
        texts_of(b"not a picture")
    assert texts_of(saved("JPEG")) == {}
