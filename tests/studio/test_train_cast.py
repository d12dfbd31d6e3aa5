"""`castmates train` of several: who takes part, what is refused, and what is said and left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.events import Event
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.files import settings
from castmates.files.studio import Studio
from castmates.studio.train_cast import train_together
from castmates.studio.train_cast_order import Asked
from castmates.studio.train_cast_plan import plan_together
from castmates.studio.train_vary import variations
from castmates.training.recipe import Recipe
from tests.pictures.drawn import picture

QUICK = ("length=2 steps", "save_every=1 steps", "batch=1", "size=64", "rank=2", "conv_rank=0")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("tiny") / "base"))


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    """Pip, Moss and Fern have two pictures with captions each, and one and the same trigger."""
    studio = Studio.init(tmp_path / "studio")
    for place, name in enumerate(("pip", "moss", "fern")):
        folder = studio.add_character(Character(name=name, trigger="friend"))
        folder.pictures_dir.mkdir(exist_ok=True)
        for number in (1, 2):
            picture(10 * place + number).save(folder.picture_path(number))
            folder.write_caption(number, f"friend, look {number}")
    return studio


def asked(base: str | None, *names: str, set_: tuple[str, ...] = QUICK, **more: object) -> Asked:
    return Asked(names, preset="short", set_=set_, base=base, **more)  # type: ignore[arg-type]


def test_a_cast_is_trained_and_each_run_is_its_own(house: Studio, base: str) -> None:
    told: list[Event] = []
    done = train_together(house, asked(base, "pip", "moss"), tell=told.append)
    assert [one.character for one in done] == ["pip", "moss"]
    for one in done:
        run = Path(one.run)
        assert run.parent == house.character(one.character).path / "runs"
        names = {path.name for path in run.iterdir()}
        assert {"recipe.toml", "events.jsonl", "logs", "state", f"{one.character}.safetensors"} <= (
            names
        )
        lines = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
        assert [e["done"] for e in lines if e["type"] == "moved" and e["what"] == "training"] == [
            0,
            1,
            2,
        ]
    began = [e for e in told if e.type == "began" and e.what.startswith("training")]
    assert [(e.what, e.total) for e in began] == [("training 2 side by side", 4)]
    moved = [e for e in told if e.type == "moved" and e.what == "training 2 side by side"]
    assert moved[-1].done == 4
    assert {e.name for e in told if e.type == "measured"} >= {"pip/loss", "moss/loss"}
    assert train_together(house, asked(base, "pip", "moss")) == done
    alone = train_together(house, asked(base, "moss"))
    assert alone == done[1:]
    joined: list[Event] = []
    train_together(house, asked(base, "pip", "fern"), tell=joined.append)
    last = [e.done for e in joined if e.type == "moved" and e.what.startswith("training")]
    assert last == [2, 3, 4]


@pytest.mark.slow
def test_what_varies_is_in_the_name_of_the_run_and_in_its_recipe(house: Studio, base: str) -> None:
    what = asked(base, "pip", vary=("lr=1e-3,2e-3", "rank=1,2"), set_=QUICK[:-2])
    done = train_together(house, what)
    names = [Path(one.run).name.partition("+")[2] for one in done]
    assert names == [
        f"unet_rate={rate}+rank={rank}" for rate in ("1e-3", "2e-3") for rank in (1, 2)
    ]
    recipes = [settings.load(Path(one.run) / "recipe.toml", Recipe) for one in done]
    assert [(r.unet_rate, r.rank) for r in recipes] == [
        (1e-3, 1),
        (1e-3, 2),
        (2e-3, 1),
        (2e-3, 2),
    ]
    assert [Path(run.path).name for run in house.character("pip").runs()] == [
        Path(one.run).name for one in done
    ]
    alone = asked(base, "pip", set_=(*QUICK[:-2], "unet_rate=2e-3", "rank=2"))
    assert train_together(house, alone)[0].run == done[3].run


def test_a_plan_says_all_and_writes_nothing(house: Studio, base: str) -> None:
    before = sorted(house.path.rglob("*"))
    what = asked(base, "pip", "moss", vary=("length=2 steps,3 steps",), set_=QUICK[1:])
    found = plan_together(house, what)
    assert sorted(house.path.rglob("*")) == before
    told = json.loads(json.dumps(found.data()))
    assert [(one["member"], one["steps"]) for one in told] == [
        ("pip length=2 steps", 2),
        ("pip length=3 steps", 3),
        ("moss length=2 steps", 2),
        ("moss length=3 steps", 3),
    ]
    assert all(one["seconds"] > 0 < one["memory"]["most"] for one in told)
    assert "4 adapters, 10 steps in 3 rounds" in found.text()
    assert "length: 2 steps there, here 3 steps" in found.text()
    silent = plan_together(house, what, probing=False)
    assert {one["seconds"] for one in silent.data()} == {None}


@pytest.mark.parametrize(
    ("names", "vary", "error", "words"),
    [
        (("pip", "mosss"), (), Missing, ["'mosss'", "'moss'"]),
        (("pop", "mosss"), (), Missing, ["2 things", "'pip'", "'moss'"]),
        (("pip", "pip"), (), BadInput, ["'pip' is named twice"]),
        (("pip",), ("rnak=2,4",), BadInput, ["'rank'"]),
        (("pip",), ("rank=2",), BadInput, ["1 value", "--set rank=2"]),
        (("pip",), ("rank=2,2",), BadInput, ["twice"]),
        (("pip",), ("rank",), BadInput, ["no '='"]),
        (("pip",), ("rank=2,4", "rank=8,16"), BadInput, ["varied twice"]),
        (("pip",), ("batch=1,2",), BadInput, ["set and varied"]),
        (("pip",), ("sample_every=1 steps,2 steps",), BadInput, ["decides nothing"]),
        (("pip",), ("betas=0.9,0.99",), BadInput, ["';'"]),
        (("pip",), ("unet_rate=wild,2e-3,much",), BadInput, ["unet_rate=wild: ", "number"]),
        (("pip",), ("learning_rate=1e-3,2e-3",), BadInput, ["'unet_rate'"]),
        (("pip",), ("unet_rate=1e-3,0.001",), BadInput, ["one and the same run"]),
        (("pip",), ("rank=2,3,4,5,6,7", "seed=1,2,3,4,5,6"), BadInput, ["6 x 6 = 36", "32"]),
    ],
)
def test_what_does_not_fit_is_told_at_once(
    house: Studio,
    base: str,
    names: tuple[str, ...],
    vary: tuple[str, ...],
    error: type[CastmatesError],
    words: list[str],
) -> None:
    set_ = ("length=2 steps", "batch=1")
    with pytest.raises(error) as told:
        train_together(house, asked(base, *names, vary=vary, set_=set_))
    for one in words:
        assert one in str(told.value)
    assert house.character("pip").runs() == []


def test_too_many_characters_times_recipes_are_refused(house: Studio, base: str) -> None:
    many = ",".join(str(rank) for rank in range(1, 13))
    with pytest.raises(BadInput, match="36 adapters"):
        train_together(house, asked(base, "pip", "moss", "fern", vary=(f"rank={many}",), set_=()))


def test_lists_are_parted_by_semicolons() -> None:
    found = variations(["betas=0.9,0.99;0.9,0.999", "lr=1,2"])
    assert [str(one) for one in found][:2] == [
        "betas=0.9,0.99 unet_rate=1",
        "betas=0.9,0.99 unet_rate=2",
    ]
    assert [str(one) for one in variations([])] == [""]


def test_different_vaes_are_refused(house: Studio, base: str) -> None:
    with pytest.raises(Unfit, match=r"do not share a VAE \(vae=one: one; vae=two: two\).*--vae"):
        train_together(house, asked(base, "pip", vary=("vae=one,two",)))


def test_different_bases_are_refused(house: Studio, base: str) -> None:
    folder = house.character("moss")
    folder.save(folder.character.model_copy(update={"base": base}))
    with pytest.raises(Unfit, match=r"do not share a base \(pip: storybook; moss: .*--base"):
        train_together(house, asked(None, "pip", "moss"))


def test_the_command_line_prints_a_list_for_several(house: Studio, base: str) -> None:
    words = ["train", "--studio", str(house.path), "--base", base, "--preset", "short", "--json"]
    quick = [part for one in QUICK for part in ("--set", one)]
    plan = CliRunner().invoke(app, [*words, *quick, "pip", "moss", "--plan", "--no-probe"])
    assert [one["member"] for one in json.loads(plan.stdout)] == ["pip", "moss"]
    done = CliRunner().invoke(app, [*words, *quick, "pip", "moss"])
    assert [one["character"] for one in json.loads(done.stdout)] == ["pip", "moss"]
    shown = CliRunner().invoke(app, [*words, "pip", "moss", "--show-batches", "1"])
    assert shown.exit_code == 2
    one = CliRunner().invoke(app, [*words, *quick, "pip", "--plan", "--no-probe"])
    assert json.loads(one.stdout)["steps"] == 2
