"""Styles go around prompts as in A1111, and its styles.csv is read whatever wrote it."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput
from castmates.drawing.styles import Style, Wording, around, shipped
from castmates.drawing.styles_csv import read_csv

WANTED = (
    "photo",
    "2d",
    "3d",
    "cartoon",
    "movie animation",
    "watercolour",
    "oil",
    "ink",
    "pencil",
    "woodblock print",
    "monochrome",
)


def test_the_shipped_styles_are_those_people_ask_for() -> None:
    assert tuple(shipped()) == WANTED
    assert all(style.prompt.count("{prompt}") == 1 for style in shipped().values())
    names = [name for style in shipped().values() for name in style.also]
    assert len({*names, *shipped()}) == len(names) + len(WANTED)


@pytest.mark.parametrize(
    ("style", "made"),
    [
        (Style(prompt="oil, {prompt}, canvas"), ("oil, a fox, canvas", "blurry")),
        (Style(prompt="oil", negative="photo"), ("a fox, oil", "blurry, photo")),
        (Style(negative="no {prompt} at all"), ("a fox", "no blurry at all")),
        (Style(prompt="{prompt} beside {prompt}"), ("a fox beside a fox", "blurry")),
        (Style(), ("a fox", "blurry")),
    ],
)
def test_words_go_where_the_style_says_else_behind(style: Style, made: tuple[str, str]) -> None:
    assert style.around("a fox", "blurry") == made


def test_several_styles_go_around_each_other_in_order() -> None:
    styles = {"a": Style(prompt="1 {prompt}"), "b": Style(prompt="2 {prompt}", negative="x")}
    assert around("fox", "", styles) == ("2 1 fox", "x")


def test_a_base_is_told_in_its_own_words() -> None:
    style = shipped()["watercolour"]
    assert style.said_to("storybook") == Wording(prompt="{prompt}, watercolor")
    assert style.said_to("/models/v1-5") is style
    assert style.said_to("/models/storybook").prompt == "{prompt}, watercolor"


def test_a_file_of_a1111_is_read() -> None:
    text = (
        "\ufeffname,prompt,negative_prompt\r\n"
        "None,,\r\n"
        'Oil,"oil painting, {prompt}","photo, ""raw"""\r\n'
        '"Two, lines","a\nb",\r\n'
        "--- Comics ---,,\r\n"
        "Short,ink\r\n"
    )
    found = read_csv(text, "styles.csv")
    assert found.styles == {
        "Oil": Style(prompt="oil painting, {prompt}", negative='photo, "raw"'),
        "Two, lines": Style(prompt="a\nb"),
        "Short": Style(prompt="ink"),
    }
    assert found.notes == ("Line 6: '--- Comics ---' has no words; it is left out.",)


@pytest.mark.parametrize(
    "text",
    ["name,text\nOil,oil\n", "name;prompt;negative_prompt\nOil;oil;\n", "prompt,name\noil,Oil"],
)
def test_older_and_spreadsheets_files_are_read(text: str) -> None:
    assert read_csv(text, "s").styles == {"Oil": Style(prompt="oil")}


def test_the_last_of_two_wins_and_it_is_told() -> None:
    found = read_csv("name,prompt\nA,one\nA,two\n", "s")
    assert found.styles["A"].prompt == "two"
    assert "Line 3: 'A' was there already" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "s is empty"),
        ("name,prompt\n", "holds no style"),
        ("Oil,oil painting,\n", "s, line 1: the columns are 'Oil,oil painting,'"),
        ("name,prompt\nOil,a,b,c\n", "s, line 2: 4 cells where 2 are wanted"),
        ('name,prompt\nOk,ok\nOil,"never closed\nx,y\n', "s, line 3: a double quote is never"),
        ('name,prompt\nOil,"a"b\n', "s, line 2: something stands behind a closing double quote"),
        ("name,prompt\n,oil\n", "s, line 2: this style has no name"),
        ("name,prompt\n" + "x" * 200_000 + ",a\n", "s, line 2: field larger"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(text: str, says: str) -> None:
    with pytest.raises(BadInput) as error:
        read_csv(text, "s")
    assert says in str(error.value)


def test_everything_that_does_not_fit_is_told_at_once() -> None:
    with pytest.raises(BadInput, match="line 2") as error:
        read_csv("name,prompt\nA,b,c\n,d\nE,f\n", "s")
    assert "line 3" in str(error.value)
