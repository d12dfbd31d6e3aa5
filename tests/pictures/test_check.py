"""A check says what is there, what is absent, where, and what to do; it changes nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageFilter

from castmates.families.facts import Facts
from castmates.files import images
from castmates.files.studio import CharacterFolder, PictureRecord
from castmates.pictures.check import Means, check
from castmates.pictures.report import Report
from castmates.pictures.sharpness import blurry, sharpness
from tests.pictures.drawn import picture


def report_of(folder: CharacterFolder, native: int = 64) -> Report:
    facts = Facts(family="sd15", native_size=native, prediction="epsilon", latent_scale=1.0)
    return check(folder, facts)


def keep(folder: CharacterFolder, pictures: list[Image.Image], captions: list[str]) -> None:
    for number, one in enumerate(pictures, 1):
        images.write_png(folder.picture_path(number), np.asarray(one.convert("RGB")))
        if number <= len(captions):
            folder.write_caption(number, captions[number - 1])


def whats(report: Report) -> str:
    return "\n".join(f"{f.level}: {f.what} {f.fix}" for f in report.findings)


def test_a_sound_set_has_nothing_to_complain_of(pip: CharacterFolder) -> None:
    framings = ["close-up", "upper body", "full body"]
    views = ["from front", "from side", "from behind", "three-quarter view"]
    faces = ["smile", "sad", "open mouth"]
    captions = [f"pip, 1girl, {framings[i % 3]}, {views[i % 4]}, {faces[i % 3]}" for i in range(16)]
    keep(pip, [picture(i) for i in range(16)], captions)
    report = report_of(pip)
    assert report.findings == ()
    assert report.coverage["view"] == {
        "front": 4,
        "three-quarter": 4,
        "side": 4,
        "back": 4,
        "above": 0,
    }
    assert "16 pictures" in report.text()
    assert json.loads(report.model_dump_json())["captions"] == 16


def test_what_is_absent_is_proposed_in_words(pip: CharacterFolder) -> None:
    keep(pip, [picture(i) for i in range(9)], ["pip, 1girl, upper body, smile, forest"] * 9)
    text = whats(report_of(pip))
    for part in (
        "No back view:",
        "No side view:",
        "No close-up:",
        "No full body:",
        "9 of 9 pictures show the same expression: smile.",
        "9 of 9 pictures have the same behind them: forest.",
    ):
        assert part in text


def test_captions_absent_empty_or_without_the_trigger(pip: CharacterFolder) -> None:
    keep(pip, [picture(i) for i in range(4)], ["pip, a", "", "somebody, b"])
    found = {finding.what: finding for finding in report_of(pip).findings}
    assert found["1 of 4 pictures goes without a caption."].pictures == ("0004.png",)
    assert found["1 caption is empty."].pictures == ("0002.png",)
    silent = next(f for what, f in found.items() if "1 caption does not say 'pip'" in what)
    assert silent.pictures == ("0003.png",)


def test_small_and_narrow_pictures_are_named(pip: CharacterFolder) -> None:
    keep(pip, [picture(1), picture(2, 40, 30), picture(3, 300, 100)], ["pip"] * 3)
    found = {f.pictures: f for f in report_of(pip).findings}
    assert "40x30" in found[("0002.png",)].what
    assert "narrow" in found[("0003.png",)].what


def test_twins_on_both_sides_are_warned_of(pip: CharacterFolder) -> None:
    keep(pip, [picture(1), picture(2), picture(1).resize((80, 80))], ["pip"] * 3)
    entry = {"source": "", "digest": "", "width": 1, "height": 1}
    pip.save_records(
        [
            PictureRecord.model_validate({**entry, "number": n, "held_out": n == 3})
            for n in (1, 2, 3)
        ]
    )
    text = whats(report_of(pip))
    assert "note: 2 pictures are nearly the same" in text
    assert "warning: A held-out picture has a near-twin" in text


def test_files_without_a_number_are_named(pip: CharacterFolder) -> None:
    keep(pip, [picture(i) for i in range(3)], ["pip"] * 3)
    picture(9).save(pip.pictures_dir / "new one.jpg")
    assert any(f.pictures == ("new one.jpg",) for f in report_of(pip).findings)


def test_the_contract_of_the_json(pip: CharacterFolder) -> None:
    keep(pip, [picture(1), picture(2), picture(1).resize((120, 120))], ["pip, a", "pip"])
    data = report_of(pip).data()
    assert data["pictures"] == 3
    assert [one["name"] for one in data["per_picture"]] == ["0001.png", "0002.png", "0003.png"]
    assert data["twins"] == [
        {"pictures": ["0001.png", "0003.png"], "keeper": "0003.png", "kinds": []}
    ]
    codes = {finding["code"] for finding in data["findings"]}
    assert {"few-pictures", "twins", "no-caption"} <= codes
    for finding in data["findings"]:
        assert set(finding) == {"code", "severity", "pictures", "message", "fix"}
    assert "no-caption" in data["per_picture"][2]["codes"]
    assert (data["absorbed"], data["changeable"]) == ([], [])


def test_captions_too_long_or_in_another_encoding(pip: CharacterFolder) -> None:
    keep(pip, [picture(i) for i in range(3)], ["pip, a, b, c, d", "pip"])
    pip.caption_path(3).write_bytes("pip, café".encode("latin-1"))
    facts = Facts(family="sd15", native_size=64, prediction="epsilon", latent_scale=1.0)
    means = Means(count_tokens=lambda text: len(text.split()) + 2, token_limit=6)
    report = check(pip, facts, means)
    found = {finding.code: finding for finding in report.findings}
    assert found["caption-too-long"].pictures == ("0001.png",)
    assert "the longest has 7" in found["caption-too-long"].what
    assert found["caption-not-utf8"].pictures == ("0003.png",)
    assert [one.tokens for one in report.per_picture] == [7, 3, 4]


def test_large_bases_want_half_as_much_again_and_their_own_shape(pip: CharacterFolder) -> None:
    shapes = [(700, 700), (768, 640), (640, 768), (640, 768)] + [(800, 600)] * 6
    keep(pip, [picture(i, *shape) for i, shape in enumerate(shapes)], ["pip"] * 10)
    report = report_of(pip, native=512)
    found = {finding.code: finding for finding in report.findings}
    assert report.needs == (768, 4096)
    assert found["too-small"].pictures == ("0001.png",)
    assert found["other-shape"].what.startswith("2 of 10 pictures")


def test_a_blurred_picture_is_found_whatever_its_contrast() -> None:
    sharp = [picture(i, 200, 200) for i in range(6)]
    soft = sharp[2].filter(ImageFilter.GaussianBlur(8))
    pale = sharp[3].point(lambda value: value // 2)
    values = [sharpness(np.asarray(p)) for p in [*sharp, soft, pale]]
    assert blurry(values) == [6]
    assert values[7] == pytest.approx(values[3], rel=0.1)
    assert sharpness(np.full((50, 50, 3), 9, np.uint8)) == 0
    assert blurry(values[:4]) == []
