"""ComfyUI's list of folders is read as it comes with the program, and as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.files.comfy_paths import FILE, read

WRITTEN = """\
#all you have to do is change the base_path
a111:
    base_path: /data/webui/   # mine
    is_default: true

    checkpoints: models/Stable-diffusion
    loras: |
         models/Lora
         # not this one
         models/LyCORIS
    vae: "models/VAE"
other:
    loras: /elsewhere/loras
"""


def test_sections_blocks_comments_and_quotes(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(WRITTEN)
    web = Path("/data/webui")
    assert read(tmp_path) == [
        (web / "true", "is_default"),
        (web / "models/Stable-diffusion", "checkpoints"),
        (web / "models/Lora", "loras"),
        (web / "models/LyCORIS", "loras"),
        (web / "models/VAE", "vae"),
        (Path("/elsewhere/loras"), "loras"),
    ]


def test_without_a_base_path_the_files_folder_counts(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("me:\n  loras: mine\n")
    assert read(tmp_path) == [(tmp_path / "mine", "loras")]


def test_no_file_names_nothing_and_a_broken_line_is_told(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    (tmp_path / FILE).write_text("me:\n  loras mine\n")
    with pytest.raises(BadInput, match=r"line 2: 'loras mine'"):
        read(tmp_path)
