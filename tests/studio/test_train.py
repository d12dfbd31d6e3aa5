"""`castmates train`: whose recipe, whose pictures, and what is said before anything is trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.events import Event
from castmates.core.types import Character
from castmates.drawing.infotext import shot_of
from castmates.families.sd15.tiny import tiny
from castmates.files import images
from castmates.files.studio import PictureRecord, Studio
from castmates.studio.train import plan_of, train
from castmates.studio.train_cast_order import Asked
from castmates.studio.train_choice import Wish
from castmates.studio.train_order import Order, meant_by
from castmates.studio.train_plan import Outlook
from tests.pictures.drawn import folder_of, picture

QUICK = ("length=2 steps", "save_every=1 steps", "batch=1", "size=64", "rank=2")
CONFIG = """
network_dim = 2
network_alpha = 1
unet_lr = 1e-3
lowram = true
netwrok_args = []
optimizer_type = "AdamW"
resolution = "64"
max_train_epochs = 2
save_every_n_epochs = 1
train_data_dir = "img"
output_name = "pip"
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("tiny") / "base"))


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    """Pip has four pictures with captions, Moss one without."""
    studio = Studio.init(tmp_path / "studio")
    for name, count in (("pip", 4), ("moss", 1)):
        folder = studio.add_character(Character(name=name, trigger=name))
        folder.pictures_dir.mkdir(exist_ok=True)
        for number in range(1, count + 1):
            picture(number).save(folder.picture_path(number))
            if name == "pip":
                folder.write_caption(number, f"pip, look {number}")
    return studio


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with its own three pictures, each with words."""
    folder = folder_of(tmp_path / "img" / "5_pip fox", 3)
    for path in folder.glob("*.png"):
        path.with_suffix(".txt").write_text("pip, snow\n", "utf-8")
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, "utf-8")
    return file


def order(base: str, name: str | None = "pip", config: Path | None = None, **wish: object) -> Order:
    return Order(name, config, Wish.of(config, **wish), base)  # type: ignore[arg-type]


def planned(house: Studio, what: Order, probing: bool = False) -> Outlook:
    return plan_of(house, what, probing=probing)


def test_a_plan_says_everything_and_writes_nothing(house: Studio, base: str) -> None:
    before = sorted(house.path.rglob("*"))
    found = planned(house, order(base, set_=QUICK, preset="short"), probing=True)
    assert sorted(house.path.rglob("*")) == before
    told = json.loads(json.dumps(found.data()))
    assert (told["steps"], told["epochs"], told["captions"]) == (2, 1, 4)
    assert [c["file"] for c in told["checkpoints"]] == [
        "pip-step00000001.safetensors",
        "pip.safetensors",
    ]
    assert told["seconds"] > 0 < told["memory"]["most"]
    assert told["disk"]["checkpoints"] > 0
    assert (told["ignored"], told["differs_from_kohya"], told["refused"]) == ([], [], [])
    assert "2 steps" in found.text()
    silent = planned(house, order(base, set_=QUICK)).data()
    assert (silent["memory"], silent["seconds"]) == (None, None)


def test_anothers_file_is_taken_as_it_is(house: Studio, base: str, config: Path) -> None:
    told = planned(house, order(base, None, config)).data()
    assert (told["steps_per_epoch"], told["epochs"], told["steps"]) == (15, 2, 30)
    assert [c["file"] for c in told["checkpoints"]] == ["pip-000001.safetensors", "pip.safetensors"]
    assert (told["recipe"]["rank"], told["recipe"]["alpha"]) == (2, 1.0)
    assert [(i["key"], i["near"]) for i in told["ignored"]] == [("netwrok_args", "network_args")]
    assert any(d["key"] == "caption_extension" for d in told["differs_from_kohya"])
    assert [a["key"] for a in told["accepted"]] == ["lowram"]
    named = planned(house, order(base, "pip", config, set_=("network_dim=3", "batch=4"))).data()
    assert (named["recipe"]["rank"], named["steps_per_epoch"]) == (3, 1)
    assert any(one["key"] == "folders" for one in named["not_done"])


def test_training_by_a_file_makes_its_character(base: str, config: Path, tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "new")
    what = order(base, None, config, set_=("max_train_epochs=1", "batch=5"))
    done = train(studio, what)
    assert done.character == "pip"
    assert [Path(path).name for path in done.adapters] == ["pip.safetensors"]
    made = studio.character("pip")
    assert (made.character.trigger, len(made.pictures())) == ("pip", 3)
    assert train(studio, what) == done


def test_what_would_be_another_adapter_is_refused(house: Studio, base: str) -> None:
    loha = order(base, preset="flexible loha", set_=("optimizer=dadaptadam",))
    told = planned(house, loha)
    assert told.data()["refused"]
    assert "It would be refused" in told.text()
    with pytest.raises(Unfit, match="cannot follow"):
        train(house, loha)
    assert house.character("pip").runs() == []


def test_an_optimizer_that_would_not_begin_is_told_in_the_plan(house: Studio, base: str) -> None:
    wrong = order(base, preset="short", set_=("optimizer=prodigy", "optimizer_args=d_coeff=2"))
    for verb in (planned, train):
        with pytest.raises(BadInput, match="'d_coef'"):
            verb(house, wrong)
    assert house.character("pip").runs() == []


@pytest.mark.slow
def test_a_run_leaves_samples_and_curves_beside_its_journal(house: Studio, base: str) -> None:
    seen = ("sample_every=1 steps", "sample_prompts=pip, snow --s 1 --d 3 --w 64 --h 64")
    done = train(house, order(base, preset="short", set_=(*QUICK, *seen, "ema=0.9")))
    run = Path(done.run)
    assert [Path(path).name for path in done.adapters] == [
        "pip-step00000001.safetensors",
        "pip-ema.safetensors",
        "pip.safetensors",
    ]
    drawn = sorted((run / "samples").iterdir())
    assert [file.name.split("_")[:3] for file in drawn] == [
        ["pip", "000001", "00"],
        ["pip", "000002", "00"],
    ]
    assert shot_of(images.read_text(drawn[0])).words == "pip, snow"
    assert len(list((run / "logs").glob("events.out.tfevents.*"))) == 1
    plain = train(house, order(base, preset="short", set_=(*QUICK, "ema=0.9")))
    assert (plain.run, done.adapters) == (done.run, plain.adapters)
    other = train(house, order(base, preset="short", set_=(*QUICK, "seed=1")))
    assert Path(other.run).parent == run.parent
    assert other.run != done.run


def test_auto_gives_its_reasons(house: Studio, base: str) -> None:
    found = planned(house, order(base, preset="auto", goal="quick"))
    assert found.choice.notes[0].startswith("quick:")
    assert found.choice.recipe.rank == 4
    with pytest.raises(BadInput, match="quick"):
        planned(house, order(base, preset="auto", goal="quikc"))


def test_a_published_preset_is_scaled_to_the_base(house: Studio, base: str) -> None:
    found = planned(house, order(base, preset="first lora"))
    assert any("times the author's" in note for note in found.choice.notes)
    assert found.choice.recipe.size is not None
    assert found.choice.recipe.size.width <= 128


def test_pictures_without_any_words_are_refused(house: Studio, base: str) -> None:
    with pytest.raises(Missing, match="0 captions were read of 1"):
        planned(house, order(base, "moss"))
    meant = Order("moss", None, Wish(), base, wordless=True)
    assert planned(house, meant).captions == 0


@pytest.mark.parametrize(
    ("wish", "error", "words"),
    [
        ({"preset": "likenes 42"}, BadInput, "likeness-42"),
        ({"preset": "short", "recipe": "x.toml"}, BadInput, "two recipes"),
        ({"set_": ["rnak=2"]}, BadInput, "rank"),
        ({"set_": ["network_dim=2"]}, BadInput, "'rank'"),
        ({"set_": ["rank"]}, BadInput, "no '='"),
        ({"set_": ["size=68"]}, Unfit, "64x64"),
        ({"recipe": "gone.toml"}, Missing, "gone.toml"),
        ({"preset": "two-stage composites", "stage": 3}, BadInput, "It has 2"),
    ],
)
def test_bad_wishes_are_one_sentence(
    house: Studio, base: str, wish: dict[str, object], error: type[CastmatesError], words: str
) -> None:
    with pytest.raises(error) as told:
        planned(house, order(base, **wish))  # type: ignore[arg-type]
    assert words in str(told.value)


def test_a_file_for_another_family_is_unfit(house: Studio, base: str, tmp_path: Path) -> None:
    file = tmp_path / "v2.toml"
    file.write_text(CONFIG + "v2 = true\n", "utf-8")
    with pytest.raises(Unfit, match="is for sd2"):
        planned(house, order(base, "pip", file))


def test_nobody_is_named(house: Studio, base: str) -> None:
    with pytest.raises(BadInput, match="Whom"):
        planned(house, order(base, None))


def test_a_plan_that_would_be_refused_prints_it_and_ends_so(house: Studio, base: str) -> None:
    words = ["train", "pip", "--studio", str(house.path), "--base", base, "--plan", "--no-probe"]
    strange = ("--preset", "likeness 42", "--set", "optimizer=dadaptadam")
    told = CliRunner().invoke(app, [*words, *strange, "--json"])
    assert told.exit_code == 4
    assert any("dadaptadam" in reason for reason in json.loads(told.stdout)["refused"])
    assert CliRunner().invoke(app, [*words, "--set", "rank=3"]).exit_code == 0


def test_a_configuration_for_another_prediction_is_refused(
    house: Studio, base: str, config: Path, tmp_path: Path
) -> None:
    """Learning noise from a network that says v spoils the adapter without a word."""
    config.write_text(CONFIG + "v_parameterization = true\n", "utf-8")
    with pytest.raises(Unfit, match=r"says v_prediction; base says epsilon") as raised:
        plan_of(house, order(base, None, config), probing=False)
    assert "parameterization" in raised.value.fix
    other = str(tiny(tmp_path / "v", prediction="v_prediction"))
    plan = plan_of(house, order(other, None, config), probing=False)
    assert not any(one["key"] == "prediction" for one in plan.data()["not_done"])


def test_what_is_misspelt_is_refused_before_the_base_is_opened(house: Studio, base: str) -> None:
    told: list[Event] = []
    for wish in ({"preset": "likenes"}, {"set_": ["rnk=4"]}):
        with pytest.raises(BadInput, match=r"likenes|rnk"):
            train(house, order(base, **wish), tell=told.append)
    assert told == []


def test_held_out_pictures_teach_where_it_is_asked_for(house: Studio, base: str) -> None:
    folder = house.character("pip")
    folder.save_records(
        [
            PictureRecord(number=n, source="", digest="", width=8, height=8, held_out=n == 4)
            for n in range(1, 5)
        ]
    )
    usual = Asked(("pip",), set_=QUICK, base=base)
    every = replace(usual, all_pictures=True)
    kept, whole = (meant_by(house, asked.order()) for asked in (usual, every))
    assert [len(meant.items) for meant in (kept, whole)] == [3, 4]
    assert [len(meant.groups) for meant in (kept, whole)] == [3, 4]
    assert [len(meant.held_out()) for meant in (kept, whole)] == [1, 0]
    for odd in (replace(every, together=True), replace(every, names=())):
        with pytest.raises(BadInput, match="--all-pictures"):
            odd.order()
