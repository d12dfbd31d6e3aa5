"""What a set repeats, mixes, lacks and leaves to its trigger, told from tags alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from castmates.captions.implied import said_by
from castmates.core.errors import BadInput
from castmates.core.types import Tag
from castmates.files.studio import PictureEntry, PictureRecord
from castmates.pictures import absorption, plans
from castmates.pictures.coverage import Shows, shown_by
from castmates.pictures.crowd import of_crowd
from castmates.pictures.habits import of_habits
from castmates.pictures.looking import Look, plain_tags
from castmates.pictures.measures import Measured
from castmates.pictures.remembered import Somebody
from castmates.pictures.report import Finding
from castmates.pictures.trigger import common_words, findings_of, judged

FINE = Measured(
    width=100,
    height=100,
    sharpness=1.0,
    softness=0.1,
    blockiness=1.0,
    tones=(10, 100, 240, 50),
    bars=(0, 0, 0, 0),
    print="",
)


def look(
    number: int,
    caption: str = "",
    seen: str = "",
    boxes: Sequence[tuple[float, float, float, float]] | None = None,
    view: str = "",
) -> Look:
    """`seen` is "name/family, name/family"."""
    path = Path(f"{number:04d}.png")
    tags = tuple(
        Tag(name=name, family=family or "general", confidence=0.9)
        for name, _, family in (part.partition("/") for part in plain_tags(seen))
    )
    found = (
        None
        if boxes is None
        else tuple(Somebody(box=box, confidence=0.9, name="character") for box in boxes)
    )
    known = {"number": max(number, 1), "source": "", "digest": "", "width": 1, "height": 1}
    record = PictureRecord.model_validate({**known, "view": view})
    entry = PictureEntry(number, path, path.with_suffix(".txt"), caption or None)
    return Look(entry, FINE, tuple(plain_tags(caption)), tags, found, "utf-8", record)


def shows(looks: Sequence[Look]) -> list[Shows]:
    return [shown_by(one) for one in looks]


def codes(found: Sequence[Finding]) -> set[str]:
    return {finding.code for finding in found}


def test_what_is_nearly_always_there() -> None:
    same = [look(i, f"pip, t{i}, forest, waving, night, red dress") for i in range(9)]
    found = of_habits([*same, look(9, "pip, beach")], shows([*same, look(9, "pip, beach")]))
    assert codes(found) == {"one-background", "one-pose", "one-light", "one-outfit"}
    assert "9 of 10 pictures have the same behind them: forest." in {f.what for f in found}
    assert not of_habits(same, shows(same), {"red dress", "forest", "waving", "night"})


def test_the_tagger_is_heard_where_the_caption_is_silent() -> None:
    looks = [look(i, "pip", "forest/scene") for i in range(5)]
    assert codes(of_habits(looks, shows(looks))) == {"one-background"}
    told = [look(i, f"pip, {place}", "forest/scene") for i, place in enumerate(PLACES)]
    assert not of_habits(told, shows(told))


PLACES = ("beach", "snow", "city", "castle", "meadow")


def test_several_hairstyles_extremes_and_accessories() -> None:
    hair = [look(i, "pip, ponytail" if i < 5 else "pip, twin braids") for i in range(8)]
    found = of_habits(hair, shows(hair))
    assert codes(found) == {"several-hairstyles"}
    assert found[0].pictures == ("0005.png", "0006.png", "0007.png")
    both = [look(i, "pip, ponytail, braid" if i < 5 else "pip, ponytail") for i in range(8)]
    assert not of_habits(both, shows(both))
    loud = [look(i, "pip, laughing" if i < 3 else "pip, smile") for i in range(10)]
    assert codes(of_habits(loud, shows(loud))) == {"extreme-expression"}
    rings = [look(i, f"pip, close-up, c{i}", "earrings") for i in range(6)]
    assert codes(of_habits(rings, shows(rings))) == {"accessory-in-closeups"}
    assert not of_habits(rings, shows(rings), {"earrings"})
    named = [look(i, f"pip, close-up, earrings, c{i}", "earrings") for i in range(6)]
    assert not of_habits(named, shows(named))


def test_the_view_of_the_record_counts_most() -> None:
    assert shown_by(look(1, "pip, from front", view="back"))["view"] == ("back",)
    assert shown_by(look(1, "pip, from side", "from behind/view"))["view"] == ("side",)
    assert shown_by(look(1, "pip", "from behind/view"))["view"] == ("back",)
    assert shown_by(look(1))["view"] == ()


def test_plans_say_what_to_photograph_next() -> None:
    looks = [look(i, "pip, upper body, from front") for i in range(8)]
    looks += [look(i, "pip, full body, from side, running") for i in range(8, 12)]
    held = plans.held_against(plans.plan_name("", len(looks)), shows(looks))
    assert held is not None
    assert held.plan == "all-round"
    assert held.next == "add 2 from behind, 2 close-ups of the face, 3 in another pose"
    assert plans.finding_of(held)[0].fix.startswith("Add 2 from behind")
    face = plans.held_against("face-first", shows(looks))
    assert face is not None
    assert face.next.startswith("add 28 close portraits from the front, 5 slightly from the side")
    assert plans.plan_name("", 40) == "face-first"
    assert plans.held_against("all-round", shows([look(1, "pip"), look(2, "pip")])) is None
    with pytest.raises(BadInput, match="Did you mean 'face-first'"):
        plans.plan_name("face-frist", 3)


def test_what_no_caption_names_is_absorbed() -> None:
    seen = "standing/pose, white background/background, red scarf/mark, scarf, green eyes/eyes"
    looks = [
        look(i, "pip, smile" if i % 2 else "pip, hat", seen if i < 19 else "standing/pose")
        for i in range(22)
    ]
    found = {one.tag: one for one in absorption.absorbed(looks, "pip", (), said_by)}
    assert (found["standing"].count, found["standing"].of) == (22, 22)
    assert found["white background"].share == pytest.approx(19 / 22, abs=1e-3)
    assert found["green eyes"].of == 19
    assert found["green eyes"].wanted
    assert not found["red scarf"].wanted
    assert found["red scarf"].preview == (
        "With these captions pip always wears the red scarf; write 'red scarf' in the captions to "
        "be able to take it off."
    )
    told = absorption.finding_of(list(found.values()), "pip")[0]
    assert (told.code, told.level) == ("absorbed", "warning")
    assert "standing 22/22" in told.what
    changing = absorption.changeable(looks, "pip", "pip")
    assert [(one.tag, one.share, one.always) for one in changing] == [
        ("hat", 0.5, False),
        ("smile", 0.5, False),
    ]


def test_what_captions_name_or_imply_is_not_absorbed() -> None:
    looks = [look(i, "pip, red scarf", "red scarf/mark, scarf, solo/count") for i in range(6)]
    assert absorption.absorbed(looks, "pip", (), said_by) == ()
    always = absorption.changeable(looks, "pip", "pip")[0]
    assert always.always
    assert "keep 'red scarf' in the captions" in always.preview
    kept = [look(i, "pip", "red scarf/mark") for i in range(6)]
    assert absorption.absorbed(kept, "pip", {"red scarf"})[0].wanted
    assert absorption.finding_of(absorption.absorbed(kept, "pip", {"red scarf"}), "pip") == []


def test_triggers_that_mean_something_get_free_alternatives() -> None:
    vocabulary = {"red hat": "hat", "manhattan cafe": "character"}
    triggers = {"moss": "mossy"}

    def said(word: str, looks: Sequence[Look] = ()) -> set[str]:
        found = judged(word, looks, lambda w: vocabulary.get(w, ""), triggers, lambda t: len(t) + 2)
        return codes(findings_of(found))

    assert said("pip") == set()
    assert said("manhattan cafe") == {"trigger-long"}
    assert "trigger-clashes" in said("red hat")
    assert "trigger-clashes" in said("Star")
    assert "trigger-clashes" in said("Mossy")
    once, again = (judged("star", (), lambda w: "", triggers) for _ in range(2))
    assert once == again
    assert len(set(once.alternatives)) == 3
    assert all(a.isalpha() and a not in common_words() for a in once.alternatives)
    known = [look(i, "pip", "manhattan cafe/character") for i in range(4)]
    assert said("pip", known) == {"known-character"}
    assert "known-character" not in said("manhattan cafe", known)


def test_who_stands_in_the_pictures() -> None:
    inside, small = (20.0, 10.0, 80.0, 95.0), (1.0, 40.0, 20.0, 60.0)
    looks = [
        look(1, "pip, full body", boxes=[inside]),
        look(2, "pip, full body", boxes=[inside, (30.0, 20.0, 90.0, 90.0)]),
        look(3, "pip, full body", boxes=[inside, small]),
        look(4, "pip, full body", boxes=[(20.0, 0.0, 80.0, 95.0)]),
        look(5, "pip, upper body", boxes=[(20.0, 10.0, 80.0, 100.0)]),
        look(6, "pip, close-up", boxes=[(0.0, 0.0, 80.0, 100.0)]),
        look(7, "pip, full body", boxes=[]),
        look(8, "pip, full body"),
    ]
    found = {finding.code: finding.pictures for finding in of_crowd(looks, shows(looks))}
    assert found == {
        "several-characters": ("0002.png",),
        "bystanders": ("0003.png",),
        "cut-off": ("0004.png",),
        "nobody-found": ("0007.png",),
    }
