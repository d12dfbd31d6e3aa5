"""`python -m castmates`: the terminal's door for those whose PATH lacks it."""

from castmates.cli.main import run

run()
