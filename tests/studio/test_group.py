"""One adapter for several characters, and composites: what is made, read, trained and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.core.errors import BadInput, Missing
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.files import images
from castmates.files.settings import load
from castmates.files.studio import RunFolder, Studio
from castmates.files.tensors import read_header, tensor_hash
from castmates.studio.compose import Composing, compose
from castmates.studio.group import group_of
from castmates.studio.train import plan_of, train
from castmates.studio.train_cast_order import Asked
from castmates.training.recipe import Recipe
from tests.pictures.drawn import picture

QUICK = ("length=1 steps", "save_every=1 steps", "batch=1", "size=64", "rank=2", "kind=loha")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("tiny") / "base"))


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    """Pip has four pictures, Moss two, Fern none."""
    studio = Studio.init(tmp_path / "studio")
    for name, count in (("pip", 4), ("moss", 2), ("fern", 0)):
        folder = studio.add_character(Character(name=name, trigger=name, class_word="fox"))
        for number in range(1, count + 1):
            picture(number + 10 * count).save(folder.picture_path(number))
            folder.write_caption(number, f"{name}, 1fox, solo, look {number}")
    return studio


def together(base: str, *names: str, set_: tuple[str, ...] = QUICK) -> Asked:
    return Asked(tuple(names), set_=set_, base=base, together=True, preset="short")


def test_the_plan_visits_everybody_equally_often_and_writes_nothing(
    house: Studio, base: str
) -> None:
    asked = together(base, "pip", "moss", set_=(*QUICK, "visits_per_epoch=none"))
    found = plan_of(house, asked.order(), probing=False)
    assert found.road.repeats == (2, 2, 1, 1, 1, 1)
    assert found.captions == 6
    told = " ".join(found.choice.lines())
    assert "moss ('moss') 4 visits, 2 pictures 2 times; pip ('pip') 4 visits, 4 pictures" in told
    assert house.characters() == ["fern", "moss", "pip"]


@pytest.mark.slow
def test_one_adapter_is_found_by_its_name_and_tells_every_trigger(house: Studio, base: str) -> None:
    done = train(house, together(base, "pip", "moss").order())
    again = train(house, together(base, "moss", "pip").order())
    assert again == done
    assert house.adapters()["moss-and-pip"] == Path(done.adapters[-1])
    header = read_header(Path(done.adapters[-1])).metadata
    assert header["modelspec.trigger_phrase"] == "moss, pip"
    assert json.loads(header["ss_tag_frequency"])["moss"]["moss"] == 2
    assert json.loads(header["ss_tag_frequency"])["pip"]["pip"] == 4
    assert house.character("moss-and-pip").character.members == ("moss", "pip")


@pytest.mark.slow
def test_three_commands_make_the_published_path(house: Studio, base: str) -> None:
    first = train(house, together(base, "pip", "moss").order())
    made = compose(house, Composing(names=("pip", "moss"), pairs=3), finder="none")
    assert made.caption.startswith("pip/moss/COMPOSITE, 1fox, look ")
    order = Asked(
        ("moss-and-pip",),
        preset="short",
        set_=(*QUICK, "start_from=the stage before", "masked=true"),
        base=base,
    ).order()
    second = train(house, order)
    run = RunFolder(Path(second.run))
    assert load(run.recipe, Recipe).start_from == tensor_hash(Path(first.adapters[-1]))
    assert Path(second.run).parent == Path(first.run).parent


def test_composites_are_kept_made_once_and_replaced_when_asked(house: Studio) -> None:
    wanted = Composing(names=("pip", "moss"), pairs=4)
    made = compose(house, wanted, finder="none")
    folder = house.character(made.group)
    assert [entry.number for entry in folder.pictures()] == [1, 2, 3, 4]
    heads = [(entry.caption or "").split(",")[0] for entry in folder.pictures()]
    assert heads == ["pip/moss/COMPOSITE", "moss/pip/COMPOSITE"] * 2
    assert (
        images.read(folder.picture_path(1)).shape[:2]
        == (images.read(folder.mask_path(1)).shape[:2])
    )
    assert folder.records()[0].source.startswith("composite of pip/")
    folder.write_caption(1, "mine")
    before = folder.picture_path(2).read_bytes()
    compose(house, wanted, finder="none")
    assert folder.pictures()[0].caption == "mine"
    other = wanted.model_copy(update={"ratios": (0.3, 0.7), "pairs": 2})
    with pytest.raises(BadInput, match="made otherwise"):
        compose(house, other, finder="none")
    compose(house, other, finder="none", again=True)
    assert len(folder.pictures()) == 2
    compose(house, wanted, finder="none", again=True)
    assert folder.picture_path(2).read_bytes() == before


def test_who_cannot_share_an_adapter_is_refused(house: Studio) -> None:
    with pytest.raises(BadInput, match="Only 'pip' is named"):
        group_of(house, ["pip"])
    with pytest.raises(Missing, match=r"(?s)'fern' has no pictures.*'mos'.*moss"):
        group_of(house, ["pip", "mos", "fern"])
    twin = house.character("moss")
    twin.save(twin.character.model_copy(update={"trigger": "Pip"}))
    with pytest.raises(BadInput, match="'moss' and 'pip' have the same trigger"):
        group_of(house, ["pip", "moss"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"names": ("pip", "moss", "fern", "bolt")}, "4 characters; composites"),
        ({"in_a_row": 3}, "Three in a row, and 2"),
        ({"ratios": (0.1, 0.9)}, "no room"),
        ({"cutouts": True}, "Cut-outs want a finder"),
    ],
)
def test_composites_that_cannot_be_are_refused(
    house: Studio, changes: dict[str, object], said: str
) -> None:
    wanted = Composing(names=("pip", "moss")).model_copy(update=changes)
    with pytest.raises((BadInput, Missing), match=said):
        compose(house, wanted, finder="none")


def test_the_terminal_says_what_comes_next(house: Studio) -> None:
    run = CliRunner()
    where = ["--studio", str(house.path)]
    ask = ["compose", "pip", "moss", "--pairs", "2", "--finder", "none", *where]
    found = run.invoke(app, [*ask, "--ratios", "40-60"])
    assert found.exit_code == 0, found.output
    assert "castmates train moss-and-pip" in found.output
    assert run.invoke(app, [*ask, "--ratios", "much"]).exit_code == 2
    alone = run.invoke(app, ["train", "pip", "--together", *where])
    assert alone.exit_code == 2
    assert "Only 'pip' is named" in alone.output
    varied = ["train", "pip", "moss", "--together", "--vary", "rank=2,4", *where]
    assert "trained by one recipe" in run.invoke(app, varied).output
