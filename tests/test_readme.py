"""What the README and the docs tell people to type is what the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from castmates.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *ROOT.glob("examples/*.md")]


def lines_of(page: Path) -> list[str]:
    """The castmates commands of a page's code blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    found = [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line.removeprefix(".venv/bin/") for line in found if "castmates " in line.split("#")[0]]


COMMANDS = [(page.name, line) for page in PAGES for line in lines_of(page)]


def test_the_readme_shows_commands() -> None:
    assert len([1 for page, _ in COMMANDS if page == "README.md"]) >= 8


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_is_one_that_the_program_takes(page: str, line: str) -> None:
    program, verb, *words = shlex.split(line)
    assert program == "castmates"
    command = get_command(app)
    assert verb in command.commands, f"{page}: {line}"  # type: ignore[attr-defined]
    command.commands[verb].make_context(verb, words)  # type: ignore[attr-defined]


def test_the_readmes_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text("utf-8"), re.M))
    assert named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        if not link.startswith("http"):
            assert (page.parent / link).exists(), link
