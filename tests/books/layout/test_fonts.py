"""Type: what is shipped and may be, what is embedded, which letters are lacking."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest
import typst

from castmates.books.binding.bind import Binding, bind
from castmates.books.layout.compose import setting_of
from castmates.books.layout.fonts import FOLDER, missing_letters, typeface
from castmates.books.layout.typst_engine import families
from castmates.core.errors import BadInput, Missing
from tests.books.conftest import small_book

SHIPPED = {
    "nunito": "Nunito",
    "fredoka": "Fredoka",
    "atkinson-hyperlegible-next": "Atkinson Hyperlegible Next",
}
PANGRAMS = (
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich – „schön“.",
    "Dès Noël où un zéphyr haï me vêt de glaçons würmiens ; œuvre « ça ».",
    "El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y frío; ¿añoraba?",
    "Pchnąć w tę łódź jeża lub ośm skrzyń fig. Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Árvíztűrő tükörfúrógép; Pijamalı hasta yağız şoföre; Sævör grét áðan því úlpan var ónýt.",
)


def test_every_shipped_font_lies_beside_its_licence() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    found = {path.parent.name for path in FOLDER.rglob("*.ttf")}
    assert found == set(SHIPPED)
    for name in found:
        licence = (FOLDER / name / "OFL.txt").read_text(encoding="utf-8")
        assert licence.startswith("Copyright")
        # They are cut down to the letters of Latin: a reserved name would forbid that.
        assert "Reserved Font Name" not in licence.split("PREAMBLE")[0]
        assert SHIPPED[name] in readme
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) < 400_000


def test_they_are_found_without_any_font_of_the_system() -> None:
    alone = typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER)]).families()
    assert set(SHIPPED.values()) <= set(alone)


@pytest.mark.parametrize("text", PANGRAMS)
def test_the_fonts_of_words_have_all_letters_of_latin(text: str) -> None:
    for kind in ("classic", "round", "plain", "dyslexia"):
        assert missing_letters(text, typeface(kind).text[:1]) == (), kind
        assert missing_letters(text, typeface(kind).title) == ()


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("classic", {"LibertinusSerif", "Fredoka"}),
        ("round", {"Nunito", "Fredoka"}),
        ("dyslexia", {"AtkinsonHyperlegibleNext"}),
    ],
)
def test_a_book_embeds_its_type(tmp_path: Path, kind: str, names: set[str]) -> None:
    made = bind(small_book(), tmp_path, "b", Binding(font=kind, paper="home"), ("pdf", "cover"))
    found = embedded(made.files["pdf"]) | embedded(made.files["cover"])
    assert names == {re.sub(r"[A-Z]{6}\+|-.*", "", name) for name in found}


def embedded(path: Path) -> set[str]:
    """The names of a PDF's fonts; each is embedded."""
    names = set()
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            for font in (page.obj.Resources.get("/Font") or {}).values():
                for one in font.DescendantFonts if "/DescendantFonts" in font else [font]:
                    assert {"/FontFile2", "/FontFile3"} & set(one.FontDescriptor.keys())
                    names.add(str(one.BaseFont).lstrip("/"))
    return names


def test_type_for_dyslexia_is_wide_and_never_slanted() -> None:
    words = {kind: setting_of(small_book(), font=kind) for kind in ("plain", "dyslexia")}
    text = "Up, up, *up* it flew, and into the woods."
    sizes = {
        kind: setting.measure([(setting.story_words(text, 24.0), 300.0)])[0]
        for kind, setting in words.items()
    }
    assert sizes["dyslexia"][0] > sizes["plain"][0]
    assert not words["dyslexia"].face.slanted


def test_lacking_letters_are_named() -> None:
    face = typeface("classic")
    assert face.text[0] == "Libertinus Serif"
    assert missing_letters("Plain words, “quoted”, Ä é ß", face.text) == ()
    assert missing_letters("a 漢 b \U0001f600 漢", ("Libertinus Serif",)) == ("漢", "\U0001f600")
    assert missing_letters("Ж and 漢", ("Nunito",)) == ("Ж", "漢")


def test_unknown_fonts_have_near_names() -> None:
    with pytest.raises(BadInput, match=r"No font is called 'clasic'\. Did you mean 'classic'"):
        typeface("clasic")
    with pytest.raises(BadInput, match="Did you mean 'dyslexia'"):
        typeface("dislexia")


def test_a_font_that_is_not_there_says_how_to_bring_it() -> None:
    if any(name.startswith("OpenDyslexic") for name in families(FOLDER)):
        assert typeface("opendyslexic").text[0].startswith("OpenDyslexic")
        return
    with pytest.raises(Missing, match="OpenDyslexic") as caught:
        typeface("opendyslexic")
    assert "fonts-opendyslexic" in caught.value.fix
