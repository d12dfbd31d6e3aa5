"""A studio's own styles stand before the shipped ones; A1111's file is taken over whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.drawing.styles import Style, StyleFile, shipped
from castmates.files import settings
from castmates.files.studio import Studio
from castmates.studio.styles import import_styles, known_styles, named_styles


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "s")


def test_names_are_found_as_people_write_them(studio: Studio) -> None:
    found = named_styles(studio, ["Watercolor , ink", "WOODBLOCK  print", "ink"])
    assert list(found) == ["watercolour", "ink", "woodblock print"]
    assert named_styles(None, ["oil"]) == {"oil": shipped()["oil"]}


def test_every_unknown_style_is_told_with_the_nearest(studio: Studio) -> None:
    with pytest.raises(BadInput) as error:
        named_styles(studio, ["watercolur", "oil", "cartoom"])
    assert "Did you mean 'watercolour'?" in str(error.value)
    assert "Did you mean 'cartoon'?" in str(error.value)


def test_the_studios_own_style_wins(studio: Studio) -> None:
    (studio.path / "styles.toml").write_text(
        '# mine\n[style.ink]\nprompt = "brush, {prompt}"\n[style."My, own"]\nprompt = "x"\n',
        encoding="utf-8",
    )
    assert named_styles(studio, ["INK"])["ink"].prompt == "brush, {prompt}"
    assert list(named_styles(studio, ["my, own"])) == ["My, own"]
    known = known_styles(studio)
    assert [one.name for one in known if one.own] == ["ink", "My, own"]
    assert len(known) == len(shipped()) + 1


def test_a_file_that_does_not_fit_is_told(studio: Studio) -> None:
    (studio.path / "styles.toml").write_text('[style.a]\npromt = "x"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="Did you mean 'prompt'"):
        known_styles(studio)


def test_a1111s_file_is_taken_over_and_comments_stay(studio: Studio, tmp_path: Path) -> None:
    own = studio.path / "styles.toml"
    own.write_text('# mine\n[style.mine]\nprompt = "x"\n', encoding="utf-8")
    file = tmp_path / "styles.csv"
    file.write_bytes(
        '\ufeffname,prompt,negative_prompt\nNoir,"{prompt}, noir",\nink,pen,\n'.encode()
    )
    events: list[Event] = []
    made = import_styles(studio, file, tell=events.append)
    assert (made.new, made.replaced, made.same) == (("Noir", "ink"), (), ())
    assert "# mine" in own.read_text(encoding="utf-8")
    assert settings.load(own, StyleFile).style["Noir"] == Style(prompt="{prompt}, noir")
    assert [one.what for one in events if isinstance(one, Warned)] == [
        "From now on the studio's own style is used for: ink."
    ]
    again = import_styles(studio, file)
    assert (again.new, again.same) == ((), ("Noir", "ink"))


def test_another_style_of_the_same_name_is_kept_unless_asked(
    studio: Studio, tmp_path: Path
) -> None:
    file = tmp_path / "styles.csv"
    file.write_text("name,prompt\nNoir,one\n", encoding="utf-8")
    import_styles(studio, file)
    file.write_text("name,prompt\nNoir,two\nNew,three\n", encoding="utf-8")
    before = (studio.path / "styles.toml").read_bytes()
    with pytest.raises(BadInput, match="'Noir'"):
        import_styles(studio, file)
    assert (studio.path / "styles.toml").read_bytes() == before
    assert import_styles(studio, file, replace=True).replaced == ("Noir",)
    assert named_styles(studio, ["noir"])["Noir"].prompt == "two"
    with pytest.raises(Missing):
        import_styles(studio, tmp_path / "gone.csv")
