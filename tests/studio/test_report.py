"""The report page: whole, valid, escaped, and asking for nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from castmates.core.events import Measured, Moved
from castmates.core.types import Character
from castmates.judging.choice import choose
from castmates.judging.likeness import RealPictures
from castmates.judging.scores import Judges, measure
from castmates.judging.study import StudyPrompt, cells
from castmates.studio.report import (
    Command,
    Comparison,
    Curve,
    Finding,
    PictureCard,
    Report,
    Timing,
    Training,
    render,
)
from castmates.studio.report_chart import epoch_means, loss_chart, running_mean, thinned, ticks
from castmates.studio.report_pareto import pareto
from castmates.studio.report_view import inline, took
from tests.judging import tiny

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Checker(HTMLParser):
    """Raises where tags do not close in order; collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        assert len(found) == len(attrs), f"an attribute stands twice in <{tag}>"
        self.sources += [str(found[k]) for k in ("src", "href", "srcset", "data") if k in found]
        if tag == "img":
            assert "alt" in found
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def comparison(wants: tuple[str, ...] = ("christmas hat",)) -> Comparison:
    prompts = (
        StudyPrompt(label="plain", words="pip, standing"),
        StudyPrompt(label="hat", words="pip, christmas hat", wants=wants, gate=True),
    )
    study = tiny.study(prompts=prompts)
    drawn = sorted(tiny.FlatPainter().draw([c.shot for c in cells(study)]), key=lambda d: d.index)
    real = RealPictures(training=tiny.real(4), held_out=tiny.real(3, start=50))
    judges = Judges(encoder=tiny.ColourEncoder(), tagger=tiny.RedTagger())
    scores = measure(study, [d.pixels for d in drawn], real, judges)
    pictures = {cell.name: d.pixels for cell, d in zip(cells(study), drawn, strict=True)}
    return Comparison(study, scores, choose(study, scores), pictures)


@pytest.fixture(scope="module")
def report() -> Report:
    card = PictureCard(tiny.picture(0.5, True, 1), "pip, christmas hat", "in the snow")
    loss = Curve(tuple((i, 1 / i) for i in range(1, 400)))
    return Report(
        character=Character(name="pip", trigger="pip", class_word="girl"),
        base="storybook",
        date="20 November 2026",
        hero=card,
        dataset=(card, replace(card, held_out=True)),
        findings=(Finding("warning", "Two are twins.", "0001.png", "Keep one."),),
        training=Training(loss, Curve(((100, 0.2), (300, 0.1))), ((2, 200), (6, 399))),
        comparison=comparison(),
        drawings=(card,) * 12,
        commands=(Command('castmates draw "{pip}, snow"', "Draw more."),),
        timings=(Timing("training", 71.0), Timing("grid", 9.0)),
        notes=(("machine", "2 cores"),),
    )


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def test_the_page_is_whole_and_fetches_nothing(report: Report) -> None:
    page = render(report)
    checker = checked(page)
    assert page.startswith("<!doctype html>")
    assert all(source.startswith("data:image/jpeg;base64,") for source in checker.sources)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[\w+/=]+", "", page))
    assert "script" not in checker.tags
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_it_shows_every_picture_and_the_pick(report: Report) -> None:
    page = render(report)
    grid_and_bases = 3 * 3 * 2 + 2
    beside = 4 * 2
    assert page.count("<img ") == 1 + 2 + 12 + beside + grid_and_bases
    assert report.comparison is not None
    assert report.comparison.decision.sentence in page
    assert page.count('class="star"') == 3
    assert page.count(">held out</span>") == 1
    assert "1 min 20 s" in page


def test_names_and_captions_are_escaped(report: Report) -> None:
    evil = '<script>alert("x")</script>'
    card = PictureCard(tiny.picture(0.5, True, 1), evil, evil)
    page = render(
        replace(
            report,
            character=Character(name="pip", trigger=evil, class_word=evil),
            hero=card,
            dataset=(card,),
            findings=(Finding("note", evil, evil, evil),),
            commands=(Command(evil, evil),),
            notes=((evil, evil),),
        )
    )
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    checked(page)


def test_chapters_without_anything_to_say_are_left_out() -> None:
    page = render(Report(character=Character(name="grey-fox", trigger="gf")))
    checked(page)
    assert "Grey Fox" in page
    assert "<h2>" not in page


def test_a_study_that_asks_for_nothing_shows_likeness_only(report: Report) -> None:
    page = render(replace(report, comparison=comparison(wants=())))
    checked(page)
    assert 'class="heat likeness"' in page
    assert 'class="heat obedience"' not in page


def test_pictures_inside_are_small_and_close_to_what_they_were() -> None:
    assert len(inline(tiny.picture(0.5, True, 1))) < 8000
    assert len(inline(np.zeros((2000, 2000, 3), np.uint8))) < 8000


def test_a_curve_is_read_from_a_journal() -> None:
    events = [
        Measured(name="loss", value=0.5, at=2),
        Moved(what="train", done=1),
        Measured(name="loss", value=0.7, at=1),
        Measured(name="other", value=9.0, at=1),
        Measured(name="loss", value=9.0),
    ]
    assert Curve.of(events, "loss").points == ((1, 0.7), (2, 0.5))


def test_a_long_curve_keeps_its_mean_and_becomes_short() -> None:
    points = [(i, float(i % 7)) for i in range(1000)]
    short = thinned(points, 160)
    assert len(short) == 160
    assert np.mean([v for _, v in short]) == pytest.approx(np.mean([v for _, v in points]), abs=0.1)
    assert thinned(points[:100]) == points[:100]


def test_the_running_mean_lies_in_the_middle_of_a_straight_line() -> None:
    line = [(i, 2.0 * i) for i in range(100)]
    assert running_mean(line)[5:-5] == line[5:-5]
    level = [(i, 3.0) for i in range(100)]
    assert running_mean(level) == level


@pytest.mark.parametrize("span", [(0.1, 0.5), (0, 450), (0.0, 0.0031), (3, 3.0001)])
def test_ticks_are_few_round_and_inside(span: tuple[float, float]) -> None:
    found = ticks(*span)
    assert 2 <= len(found) <= 6
    assert all(span[0] - 1e-9 <= tick <= span[1] + 1e-9 for tick in found)


@pytest.mark.parametrize("points", [[(1, 0.5)], [(1, 0.5), (2, 0.5)], [(1, -1.0), (9, 4.0)]])
def test_odd_curves_draw_all_the_same(points: list[tuple[int, float]]) -> None:
    svg = loss_chart(points)
    assert "nan" not in svg
    assert svg.count("<svg") == svg.count("</svg>") == 1


def test_times_read_as_people_say_them() -> None:
    assert [took(s) for s in (0.42, 9.96, 59.4, 125, 3780)] == [
        "0.4 s", "10 s", "59 s", "2 min 5 s", "1 h 3 min",
    ]  # fmt: skip


def test_the_plot_shows_every_arm_the_base_and_the_named_ones(report: Report) -> None:
    assert report.comparison is not None
    compared = report.comparison
    svg = str(pareto(compared.scores, compared.decision))
    assert svg.count("<title>") == len(compared.scores.arms)
    assert svg.count('class="without"') == 1
    assert "last epoch" in svg
    assert "nan" not in svg
    pick = compared.decision.pick
    assert f"{pick.epoch} at {pick.strength:g}" in svg
    out = {(o.epoch, o.strength) for o in compared.decision.ruled_out}
    assert svg.count('class="arm out"') == len(out)


def test_without_anything_asked_there_is_no_plot() -> None:
    compared = comparison(wants=())
    assert pareto(compared.scores, compared.decision) == ""


def test_what_was_not_measured_is_hatched(report: Report) -> None:
    assert report.comparison is not None
    scores = report.comparison.scores
    some = scores.model_copy(update={"arms": scores.arms[1:]})
    page = render(replace(report, comparison=replace(report.comparison, scores=some)))
    checked(page)
    assert page.count('class="unmeasured"') == 3


def test_the_mean_of_an_epoch_is_that_of_its_steps() -> None:
    points = [(i, float(i)) for i in range(1, 11)]
    assert epoch_means(points, [(1, 4), (2, 10)]) == [(0, 4, 2.5), (4, 10, 7.5)]
    assert epoch_means(points, []) == []
