"""Sample prompts: what people write is read, and where sd-scripts misreads it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.training.prompt_file import SamplePrompt, as_kohya, read_file, read_line, read_text

POSTED = (
    "1girl, CharacterAI, braided hair, black hair, dark skin, photo, realistic, 8K, HDR "
    "--w 512--h 512--s 35 --n Anime, Cartoon, Fake, child, underage, teen, Drawing, Illustration, "
    "3D render"
)


def test_the_line_as_it_was_posted_is_read_as_it_was_meant() -> None:
    found = read_line(POSTED)
    assert found.prompts == (
        SamplePrompt(
            "1girl, CharacterAI, braided hair, black hair, dark skin, photo, realistic, 8K, HDR",
            "Anime, Cartoon, Fake, child, underage, teen, Drawing, Illustration, 3D render",
            width=512,
            height=512,
            steps=35,
        ),
    )
    (note,) = found.notes
    assert "steps is 35; sd-scripts reads 30" in note


def test_sd_scripts_takes_the_width_of_that_line_and_nothing_behind_it() -> None:
    theirs = as_kohya(POSTED)
    assert (theirs.width, theirs.height, theirs.steps) == (512, 512, 30)
    assert theirs.negative.startswith("Anime, Cartoon")
    other = as_kohya("pip --w 640--h 768--s 35")
    assert (other.width, other.height, other.steps) == (640, 512, 30)
    assert len(read_line("pip --w 640--h 768--s 35").notes) == 2


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("pip", SamplePrompt("pip")),
        ("pip --W 640 --H 768", SamplePrompt("pip", width=640, height=768)),
        ("pip --w 515 --h 10", SamplePrompt("pip", width=512, height=64)),
        ("pip --s 5000 --l 5.5 --d 42", SamplePrompt("pip", steps=1000, guidance=5.5, seed=42)),
        ("pip --s 0", SamplePrompt("pip", steps=1)),
        ("pip --ss euler_a --g 3.5", SamplePrompt("pip", sampler="euler_a", distilled=3.5)),
        (
            "pip --cn x.png --fs 3 --rcfg 2",
            SamplePrompt("pip", control="x.png", flow_shift=3.0, renorm=2.0),
        ),
    ],
)
def test_a_well_written_line_is_read_as_sd_scripts_reads_it(
    line: str, wanted: SamplePrompt
) -> None:
    found = read_line(line)
    assert found.prompts == (wanted,)
    assert found.notes == ()
    assert as_kohya(line) == wanted


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pip --w=640", "sd-scripts reads 512"),
        ("pip --h640 --s  20", "sd-scripts reads 512"),
        ("pip --n a, b -- c --d 7", "negative is 'a, b -- c'; sd-scripts reads 'a, b'"),
        ("pip --steps 20", "no option '--steps'"),
        ("pip --w wide", "wants a value"),
        ("pip --w 640 and more", "'and more' behind '--w'"),
        ("d 5 cats --w 640", "seed is none; sd-scripts reads 5"),
    ],
)
def test_what_is_misread_or_left_out_is_said(line: str, said: str) -> None:
    assert any(said in note for note in read_line(line).notes)


def test_a_word_with_two_dashes_is_no_option() -> None:
    (prompt,) = read_line("a mother--daughter picnic --w 640").prompts
    assert prompt.words == "a mother--daughter picnic"


def test_comments_and_blank_lines_are_left_out_and_notes_have_their_line() -> None:
    found = read_text(f"# samples\n\npip --w 640\n{POSTED}\n")
    assert [prompt.width for prompt in found.prompts] == [640, 512]
    assert found.notes[0].startswith("line 4: steps")


def test_toml_subsets_take_the_common_settings(tmp_path: Path) -> None:
    file = tmp_path / "samples.toml"
    file.write_text(
        '[prompt]\nwidth = 640\nnegative_prompt = "lowres"\n\n'
        '[[prompt.subset]]\nprompt = "pip"\nseed = 3\n\n'
        '[[prompt.subset]]\nprompt = "pip, snow"\nwidth = 770\nsample_step = 9\n'
    )
    found = read_file(file)
    assert found.prompts == (
        SamplePrompt("pip", "lowres", width=640, seed=3),
        SamplePrompt("pip, snow", "lowres", width=768),
    )
    assert found.notes == ("entry 2: unknown key 'sample_step'. Did you mean 'sample_steps'?",)


def test_json_holds_lines_or_tables(tmp_path: Path) -> None:
    file = tmp_path / "samples.json"
    file.write_text('["pip --d 3", {"prompt": "fox", "scale": 5, "sample_steps": "20"}]')
    assert read_file(file).prompts == (
        SamplePrompt("pip", seed=3),
        SamplePrompt("fox", guidance=5.0, steps=20),
    )


def test_a_file_that_is_not_there_empty_or_broken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        read_file(tmp_path / "none.txt")
    for name, text, said in (
        ("a.txt", "# nothing\n", "no prompt"),
        ("b.toml", "prompt = [", "not TOML"),
        ("c.json", "{", "not JSON"),
        ("d.json", '[{"prompt": "x", "width": "wide"}]', "wide"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput, match=said):
            read_file(tmp_path / name)


def test_what_was_written_is_known_and_where() -> None:
    found = read_text("# first\na fox\n\npip --w 64 --h 64 --s 3 --zz 1\n")
    fox, pip = found.prompts
    assert (fox.said, fox.at, fox.sized) == (frozenset({"words"}), 2, False)
    assert pip.said == {"words", "width", "height", "steps"}
    assert (pip.at, pip.sized) == (4, True)
    assert found.unread == tuple(note for note in found.notes if "'--zz'" in note)
    assert len(found.unread) == 1


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.toml", 'prompt = "a fox"', "'prompt' is no table"),
        ("a.toml", '[prompt]\nsubset = "a fox"', "no list of tables"),
        ("a.json", '{"prompt": "a fox"}', "no list of prompts"),
        ("a.json", "3", "no list of prompts"),
        ("a.json", "[3]", "entry 1 is neither a text nor a table"),
    ],
)
def test_what_is_no_list_of_prompts_is_a_sentence(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=says):
        read_file(tmp_path / name)
