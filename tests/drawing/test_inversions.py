"""A word that is vectors draws what its vectors say: with weights, schedules, in any company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from castmates.adapters.inversion import Inversion
from castmates.core.errors import Unfit
from castmates.core.ports import Pixels
from castmates.core.types import Shot
from castmates.drawing.infotext import shot_of
from castmates.drawing.painter import Drawn, Painter
from castmates.families.base import Base
from castmates.families.inversions import Inversions

LONG = ", ".join(["fox"] * 30)  # letters are tokens here: 119 of them, two chunks


def saying(base: Base, name: str, words: str) -> Inversion:
    """An inversion whose vectors are those of words that the base knows."""
    ids = torch.tensor([number for number, *_ in base.tokens(words)])
    vectors = base.text_encoder.get_input_embeddings()(ids)
    return Inversion(name, {"": vectors.detach().clone()}, sha256="a1b2c3d4e5f6" + "0" * 52)


@pytest.fixture
def base(base: Base) -> Iterator[Base]:
    """It knows `Pet9` as "fox" and `my-style` as "old, oil"; the letters say otherwise."""
    before = base.inversions
    encoder = base.text_encoder
    base.inversions = base._text.inversions = Inversions({"": encoder}, 77, base.name)  # type: ignore[attr-defined]
    base.inversions.add(saying(base, "Pet9", "fox"))
    base.inversions.add(saying(base, "my-style", "old, oil"))
    yield base
    base.inversions = base._text.inversions = before  # type: ignore[attr-defined]


def shot(words: str, **more: object) -> Shot:
    given = {"size": "64", "steps": 4, "guidance": 3.0, "sampler": "euler", "seed": 1, **more}
    return Shot.model_validate({"words": words, "reading": "prompt", **given})


def drawn(base: Base, shots: Sequence[Shot]) -> list[Drawn]:
    return sorted(Painter(base, precise=True).draw(shots), key=lambda one: one.index)


def apart(one: Pixels, other: Pixels) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ("a pet9 in snow", "a fox in snow"),
        ("a PET9, my-style", "a fox, old, oil"),
        ("a (Pet9:1.4), [my-style]", "a (fox:1.4), [old, oil]"),
        ("a [pet9:girl:2] AND (my-style:0.7) :0.4", "a [fox:girl:2] AND (old, oil:0.7) :0.4"),
        ("[pet9|girl]", "[fox|girl]"),
        (f"{LONG}, pet9", f"{LONG}, fox"),
        ("a embedding:pet9", "a fox"),
        ("<lora:pip:0.8@0,0@1> pet9", "<lora:pip:0.8@0,0@1> fox"),
    ],
)
def test_vectors_of_a_known_word_draw_that_word(base: Base, named: str, known: str) -> None:
    one, other, plain = (
        drawn(base, [each])[0].pixels for each in (shot(named), shot(known), shot("a hat"))
    )
    assert np.array_equal(one, other)
    assert apart(one, plain) > 2


@pytest.mark.parametrize("more", [{"clip_skip": 2}, {"emphasis": "comfy"}, {"emphasis": "no norm"}])
def test_so_do_they_in_every_way_of_reading(base: Base, more: dict[str, object]) -> None:
    for words in ("a (pet9:1.3)", "a (fox:1.3)"):
        [found] = drawn(base, [shot(words, negative=words.replace("a", "my-style"), **more)])
        other = drawn(base, [shot("a (fox:1.3)", negative="my-style (fox:1.3)", **more)])[0]
        assert np.array_equal(found.pixels, other.pixels)


def test_each_row_of_a_batch_has_its_own(base: Base) -> None:
    shots = [shot("a pet9"), shot("a hat"), shot("my-style, pet9", negative="pet9"), shot("a fox")]
    together = [one.pixels for one in drawn(base, shots)]
    alone = [drawn(base, [each])[0].pixels for each in shots]
    assert max(map(apart, together, alone)) <= 1
    assert apart(together[0], together[3]) <= 1
    assert apart(together[0], together[2]) > 2


def test_plain_words_name_them_too_and_the_infotext_tells(base: Base) -> None:
    [found] = drawn(base, [shot("a pet9", reading="plain", negative="my-style")])
    assert found.origin.inversions == dict.fromkeys(("Pet9", "my-style"), "a1b2c3d4e5f6" + "0" * 52)
    assert 'TI hashes: "Pet9: a1b2c3d4e5f6, my-style: a1b2c3d4e5f6"' in found.infotext
    assert shot_of(found.texts).words == "a pet9"
    [plain] = drawn(base, [shot("a hat")])
    assert "TI hashes" not in plain.infotext


def test_without_one_in_the_words_nothing_changes(base: Base) -> None:
    before = drawn(base, [shot("a (fox:1.2)")])[0].pixels
    base.inversions.add(saying(base, "Moss", "oil"))
    assert np.array_equal(drawn(base, [shot("a (fox:1.2)")])[0].pixels, before)


def test_another_of_the_same_name_takes_its_place(base: Base) -> None:
    was = drawn(base, [shot("a pet9")])[0].pixels
    base.inversions.add(saying(base, "Pet9", "hat"))
    now = drawn(base, [shot("a pet9")])[0].pixels
    assert np.array_equal(now, drawn(base, [shot("a hat")])[0].pixels)
    assert apart(was, now) > 2


def test_what_does_not_fit_is_refused_with_the_reason(base: Base) -> None:
    sound = saying(base, "wide", "fox")
    wide = replace(sound, parts={"": torch.zeros(2, 768)})
    with pytest.raises(Unfit, match=r"768 numbers \(as those for Stable Diffusion 1.x\).* 32"):
        base.inversions.add(wide)
    of_xl = {"clip_l": torch.zeros(2, 768), "clip_g": torch.zeros(2, 1280)}
    with pytest.raises(Unfit, match="two text encoders, as SDXL has"):
        base.inversions.add(replace(sound, parts=of_xl))
    with pytest.raises(Unfit, match="76 vectors, and 75 are the most"):
        base.inversions.add(replace(sound, parts={"": torch.zeros(76, 32)}))
    assert "wide" not in base.inversions.counts


def test_two_text_encoders_have_a_part_each(base: Base) -> None:
    encoder = base.text_encoder
    both = Inversions({"clip_l": encoder, "clip_g": encoder}, 77, "two")
    one = torch.full((1, 32), 0.5)
    both.add(Inversion("pair", {"clip_l": one, "clip_g": -one}))
    ids = torch.tensor([[3, *both.numbers("pair"), 4]])
    for part, value in (("clip_l", 0.5), ("clip_g", -0.5)):
        with both.read_as(ids, part) as words:
            said = encoder.get_input_embeddings()(words)
        assert torch.equal(said[0, 1], torch.full((32,), value))
    with pytest.raises(Unfit, match="two, as SDXL's bases do"):
        both.add(Inversion("lone", {"": one}))
