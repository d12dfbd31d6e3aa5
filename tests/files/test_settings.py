"""TOML in and out: every misfit told, comments kept, digests of meaning and not of spelling."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from castmates.core.errors import BadInput, Missing
from castmates.core.types import Character, Value, WrittenSize
from castmates.core.units import WrittenDuration, epochs
from castmates.files import settings


class Paper(Value):
    size: WrittenSize | None = None
    weight: float = 1.0


class Page(Value):
    """One page.

    Attributes:
        title: what stands on top.
        left, right: the margins.
    """

    title: str
    left: int = Field(default=1, ge=0)
    right: int = 1
    length: WrittenDuration = epochs(8)
    paper: Paper = Paper()
    lines: tuple[Paper, ...] = ()
    words: tuple[str, ...] = ()
    note: str | None = None


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    page = Page(title="Ein „Füchslein“\n2", lines=(Paper(weight=0.5), Paper()), words=("a", "b"))
    settings.save(tmp_path / "page.toml", page)
    assert settings.load(tmp_path / "page.toml", Page) == page


@given(
    st.builds(
        Page,
        title=st.text(),
        left=st.integers(0, 9),
        words=st.lists(st.text(max_size=40), max_size=4).map(tuple),
        lines=st.lists(st.builds(Paper, weight=st.floats(-9, 9)), max_size=3).map(tuple),
        note=st.none() | st.text(),
        length=st.just(epochs(3)),
    ),
    st.builds(Page, title=st.text(), words=st.lists(st.text(), max_size=3).map(tuple)),
)
def test_any_value_survives_a_save_over_any_other(
    tmp_path_factory: pytest.TempPathFactory, page: Page, before: Page
) -> None:
    path = tmp_path_factory.mktemp("any") / "page.toml"
    settings.save(path, before)
    settings.save(path, page)
    assert settings.load(path, Page) == page


def test_attributes_become_comments_and_a_users_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "page.toml"
    settings.save(path, Page(title="one"))
    assert "# What stands on top.\ntitle" in path.read_text()
    path.write_text(
        path.read_text().replace('"one"', '"one"  # mine').replace("\nleft", "\n# ?\nleft")
    )
    settings.save(path, Page(title="two", note="new"))
    text = path.read_text()
    assert 'title = "two"  # mine' in text
    assert "# ?\nleft = 1" in text
    assert tomllib.loads(text)["note"] == "new"


def test_all_misfits_are_told_at_once_with_file_key_and_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "page.toml"
    path.write_text('titel = "x"\nleft = -1\n[paper]\nwieght = 2\nsize = "big"\n[[lines]]\nsiz = 1')
    with pytest.raises(BadInput) as raised:
        settings.load(path, Page)
    text = str(raised.value)
    assert str(path) in text
    for part in (
        "'title' is missing",
        "unknown key 'titel'. Did you mean 'title'?",
        "'left' does not fit",
        "unknown key 'paper.wieght'. Did you mean 'weight'?",
        "'big' is not a size",
        "unknown key 'lines.0.siz'. Did you mean 'size'?",
    ):
        assert part in text


def test_what_is_not_toml_or_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("title = \nx")
    with pytest.raises(BadInput, match=r"is not TOML.*line 1"):
        settings.load(tmp_path / "a.toml", Page)
    (tmp_path / "a.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(BadInput, match="UTF-8"):
        settings.load(tmp_path / "a.toml", Page)
    with pytest.raises(Missing):
        settings.load(tmp_path / "b.toml", Page)
    with pytest.raises(BadInput, match="is a folder"):
        settings.load(tmp_path, Page)


def test_a_file_that_was_broken_by_hand_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "page.toml"
    path.write_text("title = one")
    with pytest.raises(BadInput, match="is not TOML"):
        settings.save(path, Page(title="two"))
    assert path.read_text() == "title = one"


def test_a_none_that_would_come_back_as_something_else_is_refused() -> None:
    class Odd(Value):
        gamma: float | None = 5.0

    with pytest.raises(TypeError, match="gamma"):
        settings.dump(Odd(gamma=None))


def test_digests_are_of_the_value() -> None:
    one = settings.parse('trigger = "pip"\nname = "pip"', Character, "a")
    other = settings.parse('name="pip" # hm\ntrigger="pip"\nlooks=[]', Character, "b")
    assert settings.digest(one) == settings.digest(other)
    assert len(settings.digest(one)) == 64
    changed = one.model_copy(update={"negative": "blur"})
    assert settings.digest(one) != settings.digest(changed)


def test_a_new_field_leaves_digests_alone() -> None:
    class Before(Value):
        rank: int = 4
        paper: Paper = Paper(weight=2.0)

    class After(Before):
        shift: float = 1.0

    assert settings.digest(Before(rank=8)) == settings.digest(After(rank=8))
    assert settings.digest(After(rank=8)) != settings.digest(After(rank=8, shift=2.0))
    assert settings.digest(Before(rank=4)) == settings.digest(Before())
