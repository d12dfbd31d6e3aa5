"""One prompt over the cast, prompt files, styles, the best, sheets: all by the same drawing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.drawing.found import texts_of
from castmates.drawing.shots import ExtendedShot
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files.images import read, write_png
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.draw import Course, Wish, draw, read_size, read_wishes
from castmates.studio.draw_best import jury_for, order_of
from castmates.studio.draw_mark import Mark
from castmates.studio.draw_order import Delivered, Order, draw_order
from castmates.studio.redraw import redraw

PIP = Character(
    name="pip",
    trigger="pip",
    class_word="girl",
    looks=("green eyes",),
    negative="3d render",
    adapter="pip.safetensors",
    strength=0.5,
)
MOSS = Character(
    name="moss", trigger="moss", class_word="fox", adapter="moss.safetensors", strength=0.8
)
EXAMPLES = Path(__file__).parents[2] / "examples"
COURSE = Course(size=read_size("64"), steps=2, guidance=3.0, sampler="Euler a")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def adapters(base: Path) -> dict[str, Adapter]:
    shapes = open_base(base).bank.shapes()
    numbers = torch.Generator().manual_seed(0)
    return {
        name: Adapter(
            name,
            "lora",
            {
                key: Factors(
                    0.2 * torch.randn(shape.down(2), generator=numbers),
                    0.2 * torch.randn(shape.up(2), generator=numbers),
                    1.0,
                )
                for key, shape in shapes.items()
            },
        )
        for name in ("pip", "moss")
    }


@pytest.fixture
def studio(tmp_path: Path, adapters: dict[str, Adapter]) -> Studio:
    made = Studio.init(tmp_path / "s")
    for character in (PIP, MOSS):
        save(made.add_character(character).adapter_path, adapters[character.name])
    made.add_character(Character(name="bolt", trigger="bolt", class_word="robot"))
    return made


class Told(list[Event]):
    @property
    def said(self) -> str:
        return " ".join(f"{one.what} {one.fix}" for one in self if isinstance(one, Warned))


def drawn(studio: Studio, base: Path, tell: Any = lambda _: None, **given: Any) -> Delivered:
    order = Order(**{"course": COURSE, **given})
    return draw_order(studio, order, base=str(base), precise=True, tell=tell)


def names(made: Delivered) -> list[str]:
    return [Path(one.path).name for one in made.pictures]


def test_everybody_who_is_chosen_is_drawn_as_alone(studio: Studio, base: Path) -> None:
    told = Told()
    made = drawn(studio, base, told.append, words="MODEL_TARGET_NAME, castle", seed=3)
    assert names(made) == ["00001-moss.png", "00001-pip.png"]
    assert "{who} stands for moss and pip." in told.said
    assert "Not drawn, without a chosen adapter: bolt." in told.said
    assert [Path(sheet).name for sheet in made.sheets] == ["00001-sheet.png"]
    assert read(Path(made.sheets[0])).shape[1] > 2 * 192
    for one in made.pictures:
        wish = Wish(words=f"{{{one.member}}}, castle", number=1, seed=3, course=COURSE)
        [alone] = draw(studio, wish, base=str(base), precise=True)
        assert alone.shot == one.shot
        far = np.abs(read(Path(alone.path)).astype(int) - read(Path(one.path)).astype(int))
        assert far.max() <= 1
    pip = made.pictures[1].shot
    assert pip.words == "<lora:pip:0.5>pip, 1girl, solo, green eyes, castle"
    assert pip.negative == "3d render"


def test_who_is_asked_for_is_drawn_by_words_if_need_be(studio: Studio, base: Path) -> None:
    told = Told()
    made = drawn(studio, base, told.append, words="{who}, sea", cast="bolt, pip,bolt", number=2)
    assert [one.member for one in made.pictures] == ["bolt", "bolt", "pip", "pip"]
    assert names(made)[0] == "00001-bolt-1.png"
    assert made.pictures[0].shot.words == "bolt, 1robot, solo, sea"
    assert "'bolt' has no chosen adapter yet; only its words are used." in told.said


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"words": "{who}", "cast": "pib,mos"}, "Did you mean 'pip'"),
        ({"words": "{who}", "cast": " , "}, "names nobody"),
        ({"words": "a fox", "cast": "all"}, r"does not say where .* Write \{who\}"),
        ({"words": "{pip}", "styles": ("watercolur",)}, "Did you mean 'watercolour'"),
        ({"words": "{pip}", "best": True, "number": 1}, "no best of one"),
        ({"words": "{pip}", "sheet": "turnarund"}, "Did you mean 'turnaround'"),
        ({"words": "{pip}", "sheet": "poses", "best": True}, "--best does not go"),
        ({"sheet": "poses", "prompts": Path("x")}, "--prompts does not go"),
        ({"words": "{pip}", "prompts": Path("x")}, "Both a prompt and a prompt file"),
        ({}, "no words to draw"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_opens(
    studio: Studio, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        draw_order(studio, Order(**given), base="/no/such/base")


def test_a_studio_of_nobody_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="castmates make"):
        draw_order(Studio.init(tmp_path / "e"), Order(words="{who}"))


def test_plain_orders_stay_plain(studio: Studio, base: Path) -> None:
    made = drawn(studio, base, words="a fox")
    assert names(made) == [f"0000{i}.png" for i in (1, 2, 3, 4)]
    assert made.sheets == ()
    assert type(made.pictures[0].shot).__name__ == "Shot"


def test_a_style_is_in_the_words_and_in_the_record(studio: Studio, base: Path) -> None:
    made = drawn(studio, base, words="{pip}", styles=("Ink", "monochrome"), number=1)
    [one] = made.pictures
    assert one.shot.words.startswith("monochrome, ink drawing, <lora:pip:0.5>pip, 1girl")
    assert one.shot.negative.startswith("photo, 3d render, blurry, color, sepia")
    assert isinstance(one.shot, ExtendedShot)
    assert one.shot.styles == ("ink", "monochrome")
    texts = texts_of(Path(one.path).read_bytes())
    assert texts["parameters"].startswith("monochrome, ink drawing, ")
    assert '"styles": ["ink", "monochrome"]' in texts["castmates"]
    [again] = redraw(studio, Path(one.path), base=str(base))
    assert again.shot == one.shot
    assert np.array_equal(read(Path(again.path)), read(Path(one.path)))


def test_a_style_alone_changes_nothing_else(studio: Studio, base: Path) -> None:
    """The same words without the style's name are the same picture."""
    [styled] = drawn(studio, base, words="a fox", styles=("ink",), number=1).pictures
    plain = drawn(studio, base, words=styled.shot.words, negative=styled.shot.negative, number=1)
    assert np.array_equal(read(Path(plain.pictures[0].path)), read(Path(styled.path)))


def test_a_prompt_file_is_drawn_line_by_line(studio: Studio, base: Path, tmp_path: Path) -> None:
    file = tmp_path / "pages.txt"
    file.write_text(
        "# pages\n{who}, sea --d 5 --s 3 --n night\n\na fox --w 64 --h 72 --ss heun --l 2\n",
        encoding="utf-8",
    )
    made = drawn(studio, base, prompts=file, cast="all", seed=9, negative="blurry")
    assert names(made) == ["00001-line2-moss.png", "00001-line2-pip.png", "00001-line4.png"]
    first, _, last = (one.shot for one in made.pictures)
    assert (first.seed, first.steps, first.negative) == (5, 3, "night")
    assert (last.seed, last.steps, last.negative) == (9, 2, "blurry")
    assert (last.sampler, last.guidance, str(last.size)) == ("heun", 2.0, "64x72")
    assert len(made.sheets) == 1


def test_all_problems_of_a_file_are_told_at_once(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "pages.txt"
    file.write_text("a --w 64\n--s 3\nb --zz 1 --ss eulr --l 900\nc --cn x.png\n", "utf-8")
    with pytest.raises(BadInput) as error:
        draw_order(studio, Order(prompts=file), base="/no/such/base")
    told = str(error.value)
    for part in ("line 1: one side", "line 2: there are no words", "no option '--zz'", "'Euler'"):
        assert part in told
    assert "line 3: --l is 900" in told
    assert "line 4: control pictures" in told
    assert "left out" not in told
    file.write_text("a <lora:pib:1>\nb\nc <lora:pib:1>\n", "utf-8")
    with pytest.raises(Missing, match=r"pages.txt, line 1, pages.txt, line 3: .*'pib'"):
        draw_order(studio, Order(prompts=file))


def test_a_sheet_has_one_seed_and_a_place_for_each(studio: Studio, base: Path) -> None:
    made = drawn(studio, base, sheet="Turnaround", cast="pip", words="{who}, red hat", seed=7)
    cells = [one.cell for one in made.pictures]
    assert cells == ["front", "three-quarter", "side", "back", "above", "below"]
    assert {one.shot.seed for one in made.pictures} == {7}
    assert "red hat, from behind, back view, standing" in made.pictures[3].shot.words
    assert names(made)[0] == "00001-pip-front.png"
    assert Path(made.sheets[0]).name == "00001-pip-turnaround.png"
    both = drawn(studio, base, sheet="poses", number=2)
    assert [Path(sheet).name for sheet in both.sheets] == [
        "00002-moss-poses.png",
        "00002-pip-poses.png",
    ]
    assert {one.shot.seed for one in both.pictures} == {0, 1}


def test_members_of_two_bases_are_drawn_each_on_its_own(
    studio: Studio, base: Path, tmp_path: Path
) -> None:
    other = tiny(tmp_path / "other", seed=1)
    for name, folder in (("pip", base), ("moss", other)):
        who = studio.character(name)
        who.save(who.character.model_copy(update={"base": str(folder)}))
    order = Order(words="{who}, sea", course=COURSE)
    made = draw_order(studio, order, precise=True)
    marks = [texts_of(Path(one.path).read_bytes())["castmates"] for one in made.pictures]
    assert [one.member for one in made.pictures] == ["moss", "pip"]
    assert ('"base": "other"' in marks[0], '"base": "tiny"' in marks[1]) == (True, True)
    assert len(made.sheets) == 1


def test_the_best_is_named_and_first(studio: Studio, base: Path) -> None:
    shutil.rmtree(studio.character("moss").path)
    keep_pictures(studio.character("pip"), "pip", range(1, 7))
    told = Told()
    made = drawn(studio, base, told.append, words="{who}, crown, beach", number=3, best=True)
    marks = [one.mark for one in made.pictures]
    assert all(mark is not None and mark.wanted == ("crown", "beach") for mark in marks)
    scores = [mark.score for mark in marks if mark is not None]
    assert scores == sorted(scores, reverse=True)
    assert [one.best for one in made.pictures] == [True, False, False]
    files = sorted(path.name for path in studio.drawings.glob("00001-pip-*.png"))
    assert files == sorted(names(made))
    assert sum(name.endswith("-best.png") for name in files) == 1
    assert Path(made.sheets[0]).is_file()
    alone = drawn(studio, base, told.append, words="a crown", number=2, best=True)
    assert "ranked by obedience alone" in told.said
    assert alone.pictures[0].mark is not None
    assert alone.pictures[0].mark.likeness is None
    with pytest.raises(BadInput, match="nothing to rank 'asdf' by"):
        draw_order(studio, Order(words="asdf", best=True), base=str(base))
    assert drawn(studio, base, words="{pip}, asdf", number=2, best=True).pictures[0].best


def test_a_picture_of_the_character_is_ranked_before_another(studio: Studio, base: Path) -> None:
    keep_pictures(studio.character("pip"), "pip", range(1, 7))
    wish = Wish(words="{pip}", number=2)
    [found] = read_wishes(studio, [wish], base=str(base))
    jury = jury_for(studio, [found], lambda _: None)
    marks = jury.marks(found, [read(EXAMPLES / "moss/17.png"), read(EXAMPLES / "pip/17.png")])
    assert order_of(marks) == [1, 0]
    assert marks[1].likeness == marks[1].score > 0.9
    assert marks[1].obedience is None


def test_equal_scores_are_parted_by_what_is_there() -> None:
    marks = [
        Mark(score=0.0, likeness=0.0, similarity=0.2, obedience=0.5),
        Mark(score=0.0, likeness=0.0, similarity=0.3, obedience=0.5),
        Mark(score=0.0, likeness=0.0, similarity=0.1, obedience=1.0),
    ]
    assert order_of(marks) == [2, 1, 0]


def keep_pictures(folder: CharacterFolder, example: str, numbers: range) -> None:
    for number in numbers:
        source = EXAMPLES / example / f"{number:02d}.png"
        write_png(folder.picture_path(number), read(source))
