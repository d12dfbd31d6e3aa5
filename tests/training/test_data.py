"""What a run trains on: pictures that are not held out, as often as pictures.toml says."""

from __future__ import annotations

from pathlib import Path

from castmates.files.studio import Studio
from castmates.studio.new import new
from castmates.training.data import held_out_of, items_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_repeats_are_those_of_the_pictures_and_held_out_ones_are_left_alone(tmp_path: Path) -> None:
    folder = new(Studio.init(tmp_path / "studio"), "pip", [EXAMPLES / "pip"]).folder
    records = folder.records()
    folder.save_records(
        [r.model_copy(update={"repeats": 16}) if r.number == 1 else r for r in records]
    )
    held = {record.number for record in records if record.held_out}
    times = {int(item.path.stem): item.repeats for item in items_of(folder)}
    assert set(times) == {record.number for record in records} - held
    assert times.get(1, 16) == 16
    assert {n for number, n in times.items() if number != 1} == {1}
    assert {int(item.path.stem) for item in held_out_of(folder)} == held
