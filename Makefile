# Two commands from a fresh clone: `make demo` and `make test`. Both set the environment up first.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check lint types floors sizes clean

help:            ## what there is
	@grep -E '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 14

$(BIN)/.product: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(BIN)/.developer: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(BIN)/.product

demo: $(BIN)/.product   ## set up, then the whole journey on examples/pip; prints the report's path
	$(BIN)/castmates make examples/pip --class girl --studio my-studio

test: $(BIN)/.developer ## set up, then the fast tests
	$(BIN)/python -m pytest

test-slow: $(BIN)/.developer ## the slow tests: whole journeys
	$(BIN)/python -m pytest -n 0 -m slow

check: lint types floors sizes test ## everything that must be green before a change lands

lint: $(BIN)/.developer ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/.developer ## mypy, strict
	$(BIN)/mypy

floors: $(BIN)/.developer ## import-linter: imports only go down
	$(BIN)/lint-imports

sizes: $(BIN)/.developer ## no file over 400 lines, no function over 60, the tree under 63 MB
	$(BIN)/python scripts/check_sizes.py

clean:           ## remove the environment and the caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
