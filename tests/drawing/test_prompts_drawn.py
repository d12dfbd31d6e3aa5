"""What a prompt says reaches the picture: weights, schedules, parts, chunks, curves; row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.asked import cutter_of
from castmates.drawing.painter import Painter
from castmates.drawing.texts import Texts, Words
from castmates.families.base import Base
from castmates.prompts.chunks import Chunk, Piece
from castmates.prompts.emphasis import Mode, runs

LONG = ", ".join(["fox"] * 30)  # letters are tokens here: 119 of them, two chunks


@pytest.fixture
def base(base: Base) -> Iterator[Base]:
    """With a final norm whose means are not 0, as trained text encoders have."""
    encoder = base.text_encoder
    bias = getattr(encoder, "text_model", encoder).final_layer_norm.bias
    with torch.no_grad():
        bias.fill_(0.2)
    yield base
    with torch.no_grad():
        bias.zero_()


def shot(words: str, reading: str = "prompt", **more: object) -> Shot:
    given = {"size": "64", "steps": 4, "guidance": 3.0, "sampler": "euler", "seed": 1, **more}
    return Shot.model_validate({"words": words, "reading": reading, **given})


def drawn(base: Base, shots: Sequence[Shot], batch: int = 16) -> list[Pixels]:
    pictures = {d.index: d.pixels for d in Painter(base, batch, precise=True).draw(shots)}
    return [pictures[i] for i in range(len(shots))]


def apart(one: Pixels, other: Pixels) -> int:
    """The largest difference, in 1/255."""
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def pair(base: Base, one: Shot, other: Shot) -> int:
    return apart(*(drawn(base, [each])[0] for each in (one, other)))


MIXED = (
    shot("a fox", reading="plain"),
    shot("a (fox:1.4), [old]"),
    shot("a [fox:girl:2] in (snow:0.5)"),
    shot("a fox AND a girl :0.6 AND hat :-0.3"),
    shot("[a|b] fox", negative="[hat:snow:0.5]"),
    shot(LONG),
    shot("a fox BREAK a girl", negative=LONG),
    shot("<lora:pip:0.8@0,0@1> a fox"),
    shot("a fox <lora:pip:0.5:1> <lora:moss:1:start=2>", clip_skip=2),
    shot("a (fox:1.3)", emphasis="comfy", guidance=5.0, rng="nv"),
)


@pytest.mark.parametrize("sampler", ["euler", "heun"])
def test_ten_mixed_prompts_are_the_ten_drawn_one_by_one(base: Base, sampler: str) -> None:
    shots = [each.model_copy(update={"sampler": sampler}) for each in MIXED]
    together = drawn(base, shots)
    alone = [drawn(base, [each])[0] for each in shots]
    assert max(map(apart, together, alone)) <= 1
    for i, one in enumerate(together):
        assert all(apart(one, other) > 2 for other in together[i + 1 :])


@pytest.mark.slow
def test_half_precision_is_near_in_any_batch(base: Base) -> None:
    def pictures(batch: int) -> list[Pixels]:
        painter = Painter(base, batch)
        painter.half = torch.bfloat16
        found = {d.index: d.pixels for d in painter.draw(MIXED)}
        return [found[i] for i in range(len(MIXED))]

    together, alone, exact = pictures(16), pictures(1), drawn(base, MIXED)
    assert min(map(decibels, together, alone)) >= 40.0
    # Random weights carry rounding further than trained ones do.
    assert min(map(decibels, together, exact)) >= 35.0


def decibels(one: Pixels, other: Pixels) -> float:
    """Peak signal to noise."""
    error = np.square(one.astype(float) - other.astype(float)).mean()
    return float(10.0 * np.log10(255.0**2 / max(error, 1e-9)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a fox", r"a fox"),
        ("(a fox:1)", "a fox"),
        ("a (fox:1.21)", "a ((fox))"),
        ("[fox:girl:2]", "[fox:girl:0.5]"),
        ("[fox:girl:9]", "fox"),
        ("a fox AND a fox", "a fox :2 AND a fox :0"),
        ("<lora:pip:0.7>a fox", "<lora:pip:0.4> a fox <lora:pip:0.3>"),
        ("<lora:pip:0.7@0,0.7@1> a fox", "<lora:pip:0.7> a fox"),
        ("<lora:pip:1:start=0:stop=3> a fox", "<lora:pip:1> a fox"),
        ("<lora:pip:te=0:unet=0> a fox", "a fox"),
    ],
)
def test_prompts_that_mean_the_same_are_the_same_picture(base: Base, one: str, other: str) -> None:
    assert pair(base, shot(one), shot(other)) <= 1


def test_plain_words_and_their_prompt_are_the_same_picture(base: Base) -> None:
    use = (AdapterUse(name="pip", strength=0.8),)
    plain = shot("fox (toy) AND hat", reading="plain", adapters=use)
    assert pair(base, plain, shot(r"fox \(toy\) \AND hat <lora:pip:0.8>")) == 0


def test_each_part_of_an_adapter_has_its_own_weight(base: Base) -> None:
    both, words, net = drawn(
        base,
        [shot(f"<lora:pip:{weights}> a fox") for weights in ("1:1", "1:0", "0:1")],
    )
    assert min(apart(both, words), apart(both, net), apart(words, net)) > 2


def test_a_curve_moves_the_text_encoder_too(base: Base) -> None:
    assert pair(base, shot("<lora:pip:te=1@0,0@1:unet=0> a fox"), shot("a fox")) > 2
    late, early = "<lora:pip:te=0@0,0@0.6,1@1:unet=0> a fox", "<lora:pip:te=1:unet=0> a fox"
    assert pair(base, shot(late), shot(early)) > 2


def test_a_schedule_that_switches_after_the_last_call_changes_nothing(base: Base) -> None:
    """A1111 compares the count of calls, from 0, with the last step: one call late."""
    assert pair(base, shot("[fox:girl:3]"), shot("fox")) == 0
    assert pair(base, shot("[fox:girl:2]"), shot("fox")) > 2


def test_and_pulls_by_its_weights(base: Base) -> None:
    """Two parts of guidance 1 are their sum around the negative words."""
    assert pair(base, shot("a fox AND a girl"), shot("a fox")) > 2
    half = shot("a fox :0.5 AND a fox :0.5")
    assert pair(base, half, shot("a fox", reading="plain")) <= 1
    assert pair(base, half.model_copy(update={"guidance": 1.0}), shot("a fox", guidance=1.0)) <= 1


def test_long_words_are_read_to_their_end(base: Base) -> None:
    tail = LONG + ", girl"
    for reading in ("plain", "prompt"):
        assert pair(base, shot(LONG, reading), shot(tail, reading)) > 2


def test_clip_skip_is_each_pictures_own(base: Base) -> None:
    first, second = shot("a fox", clip_skip=1), shot("a fox", clip_skip=2)
    assert pair(base, first, second) > 2
    assert pair(base, first, shot("a fox")) == 0


def encoded(base: Base, text: str, mode: Mode) -> torch.Tensor:
    chunks = cutter_of(base.tokens, 77).cut(runs(text, mode))
    return Texts(base).encode([Words(chunks, {}, emphasis=mode)])[0]


def test_weights_act_on_encodings_as_in_a1111_and_comfyui(base: Base) -> None:
    text = "ab (cd:1.5)"
    plain = encoded(base, text, "ignore")
    weights = torch.ones(77, 1)
    weights[3:5] = 1.5  # behind the mark and two letters
    bare = plain * weights
    assert torch.equal(plain, base.encode_text(["ab cd"])[0])
    assert torch.equal(encoded(base, text, "no norm"), bare)
    original = encoded(base, text, "original")
    torch.testing.assert_close(original, bare * (plain.mean() / bare.mean()))
    assert float(original.mean()) == pytest.approx(float(plain.mean()), abs=1e-6)
    empty = base.encode_text([""])[0]
    comfy = encoded(base, text, "comfy")
    torch.testing.assert_close(comfy, empty + weights * (plain - empty))


def test_a_mean_of_nothing_is_not_restored(bases: dict[str, Base]) -> None:
    base = bases["v_zero_snr"]
    said = encoded(base, "ab (cd:1.5)", "original")
    assert torch.equal(said, encoded(base, "ab (cd:1.5)", "no norm"))


def test_chunks_are_encoded_one_by_one(base: Base) -> None:
    said = encoded(base, "ab BREAK cd", "original")
    assert torch.equal(said, torch.cat([*base.encode_text(["ab", "cd"])]))
    assert encoded(base, LONG, "original").shape[0] == 2 * 77


def test_kept_encodings_are_bounded(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("castmates.drawing.texts.KEPT", 3)
    texts = Texts(base)

    def words(ids: tuple[int, ...]) -> Words:
        chunk: Chunk = (Piece("x", ids=ids),)
        return Words((chunk,), {})

    first = texts.encode([words((i,)) for i in range(8)])
    again = texts.encode([words((i,)) for i in range(8)])
    assert all(map(torch.equal, first, again))
    assert len(texts._known) == 3


def test_what_a_prompt_may_not_mean_is_told(base: Base) -> None:
    events: list[Event] = []
    list(Painter(base).draw([shot("a (fox", steps=1)], events.append))
    said = " ".join(event.what for event in events if isinstance(event, Warned))
    assert "not closed" in said


def test_dyn_takes_the_first_ranks(base: Base) -> None:
    """The adapters here have four: dyn 4 and above is the whole, and pictures mix."""
    texts = ("a fox <lora:pip:1>", "a fox <lora:pip:1:dyn=9>", "a fox <lora:pip:1:1:2>")
    names = base.bank.names
    whole, more, half = drawn(base, [shot(text) for text in texts])
    assert apart(whole, more) <= 1
    assert apart(whole, half) > 2
    factors = base.bank.adapter("pip").factors
    cut = {key: Factors(f.down[:2], f.up[:, :2], f.scale) for key, f in factors.items()}
    base.bank.add(Adapter("two", "locon", cut))
    try:
        assert pair(base, shot("a fox <lora:two:1>"), shot(texts[2])) <= 1
    finally:
        base.bank.remove("two")
    assert base.bank.names == names


def test_tags_of_a_prompt_must_be_there_and_in_bounds(base: Base) -> None:
    with pytest.raises(Missing, match="Did you mean 'pip'"):
        Painter(base).draw([shot("a fox <lora:pib:1>")])
    with pytest.raises(BadInput, match="beyond ±4"):
        Painter(base).draw([shot("a fox <lora:pip:0@0,9@1>")])


def test_an_unknown_schedule_gets_the_near_name(base: Base) -> None:
    with pytest.raises(BadInput, match="Did you mean 'karras'"):
        Painter(base).draw([shot("a", schedule="karas")])


def test_a1111s_names_are_read(base: Base) -> None:
    [one] = Painter(base).draw([shot("a fox", sampler="DPM++ 2M Karras")])
    assert (one.shot.sampler, one.shot.schedule) == ("dpm++ 2m", "karras")
    [two] = Painter(base).draw([shot("a fox", sampler="k_dpmpp_2m", schedule="Automatic")])
    assert (two.shot.sampler, two.shot.schedule) == ("dpm++ 2m", "karras")
    assert apart(one.pixels, two.pixels) == 0
    assert "Sampler: DPM++ 2M, Schedule type: Karras" in one.infotext
