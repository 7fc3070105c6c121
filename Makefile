# Two commands do all the set-up: `make demo` and `make test`. Only Python 3.11+ and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Every install takes the pinned versions, so that two installs are the same.
INSTALL = $(PIP) install --constraint constraints.txt --editable

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what the targets do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(VENV)/.train ## Install turnwise and see it learn a restaurant booking
	@$(BIN)/turnwise demo --force

.PHONY: test
test: $(VENV)/.test ## Install what the tests need and run them
	@$(BIN)/python -m pytest --numprocesses auto

.PHONY: check
check: lint types test ## All that CI runs: lint, strict types, tests and doctests

.PHONY: lint
lint: $(VENV)/.dev ## Style and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/.dev ## Strict types
	@$(BIN)/mypy

.PHONY: format
format: $(VENV)/.dev ## Put the code into the project's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.test ## Train and evaluate on real corpora: make bench DATA=folder
	@$(BIN)/python benchmarks/corpora.py $(DATA)

.PHONY: clean
clean: ## Remove what the other targets made
	rm -rf $(VENV) turnwise-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "turnwise needs Python 3.11 or newer; say which with: make demo PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# One stamp an extra: what is installed already is not installed again.
$(VENV)/.train: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turnwise with what training needs ..."
	@$(INSTALL) '.[train]'
	@touch $@

$(VENV)/.test: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turnwise with what the tests need ..."
	@$(INSTALL) '.[test]'
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turnwise with what its developers need ..."
	@$(INSTALL) '.[dev]'
	@touch $@ $(VENV)/.test
