# Two commands do all the set-up: `make demo` and `make test`. Only Python 3.11+ and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Every install takes the pinned versions, so that two installs are the same.
INSTALL = $(PIP) install --constraint constraints.txt --editable

# What must hold on every backend of Keras.
ON_EACH := tests/layers tests/laws

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what the targets do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(VENV)/.train ## Install turncast and see it learn a restaurant booking
	@$(BIN)/turncast demo --force

# Bytecode is kept, where the shell says otherwise too: the processes that tests start need it.
.PHONY: test
test: $(VENV)/.test ## Install what the tests need and run them, but for those of the page in a browser
	@echo "Left out: the tests of the page in a browser; make test-ui runs them."
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadscope --ignore tests/ui

# One thread a process: the tests run in as many processes as there are cores.
.PHONY: backends
backends: $(VENV)-torch/.pytest $(VENV)-tensorflow/.pytest ## Run the layers' and the laws' tests on torch and on TensorFlow
	@KERAS_BACKEND=torch OMP_NUM_THREADS=1 $(VENV)-torch/bin/python -m pytest --numprocesses auto --dist loadscope $(ON_EACH)
	@KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=2 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 \
		$(VENV)-tensorflow/bin/python -m pytest --numprocesses auto --dist loadscope $(ON_EACH)

.PHONY: test-services
test-services: ## Install PostgreSQL and Redis from Debian packages, for the tests of stores
	@if command -v redis-server && ls /usr/lib/postgresql/*/bin/postgres; then exit 0; fi >/dev/null 2>&1; \
	command -v apt-get >/dev/null || { echo "there is no apt-get here; install PostgreSQL and Redis by hand" >&2; exit 1; }; \
	if [ "$$(id -u)" = 0 ]; then as=; else as='sudo -n'; fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	$$as apt-get update -qq && $$as apt-get install -qq --yes --no-install-recommends postgresql redis-server

# The system's Chromium, or else Playwright's own; where neither can be had, the tests are skipped and say so.
.PHONY: test-ui
test-ui: $(VENV)/.ui ## Install a browser and try the page in it
	@$(BIN)/python -m pytest tests/ui -rs

# 50 conversations of 200 turns, 16 clients, 4 servers of which one is killed: some 20 seconds a store.
.PHONY: test-load
test-load: $(VENV)/.test ## See that no turn is lost, with many more turns than make test has
	@TURNCAST_LOAD=50x200 $(BIN)/python -m pytest tests/server/test_no_turn_lost.py

.PHONY: screenshots
screenshots: $(VENV)/.ui ## Take the documentation's pictures of the page
	@TURNCAST_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/ui/test_screenshots.py

.PHONY: check
check: lint types docs test-ui test ## All that CI runs: lint, strict types, tests, doctests and the page in a browser

.PHONY: docs
docs: $(VENV)/.docs ## Build the documentation site into site/; broken links are errors
	@$(BIN)/zensical build --strict --clean

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
bench: $(VENV)-bench/.bench ## Run a benchmark: make bench ARGS="train --case flat"; without ARGS, list them
	@$(VENV)-bench/bin/python -m benchmarks $(ARGS)

.PHONY: clean
clean: ## Remove what the other targets made
	rm -rf site $(VENV) $(VENV)-torch $(VENV)-tensorflow $(VENV)-bench turncast-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.python $(VENV)-torch/.python $(VENV)-tensorflow/.python $(VENV)-bench/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "turncast needs Python 3.11 or newer; say which with: make demo PYTHON=python3.12")'
	@$(PYTHON) -m venv $(@D)
	@touch $@

# One stamp an extra: what is installed already is not installed again.
$(VENV)/.train: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what training needs ..."
	@$(INSTALL) '.[train]'
	@touch $@

$(VENV)/.test: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what the tests need ..."
	@$(INSTALL) '.[test]'
	@touch $@

$(VENV)/.ui: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what the tests of its page need ..."
	@$(INSTALL) '.[ui-test]'
	@command -v chromium >/dev/null || $(BIN)/playwright install --with-deps chromium \
		|| apt-get install --yes --no-install-recommends chromium || echo "No browser can be installed here."
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what its developers need ..."
	@$(INSTALL) '.[dev]'
	@touch $@ $(VENV)/.test

$(VENV)/.docs: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing what the documentation needs ..."
	@$(INSTALL) '.[docs]'
	@touch $@

# Where pip knows of a torch without CUDA (PIP_EXTRA_INDEX_URL or PIP_FIND_LINKS say where), it takes that one.
$(VENV)-torch/.pytest: $(VENV)-torch/.python pyproject.toml constraints.txt
	@echo "Installing turncast on torch ..."
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt torch==2.13.0
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt \
		--editable '.[torch,pytest]'
	@touch $@

# TensorFlow 2.21 does not take the h5py that all others have.
$(VENV)-tensorflow/.pytest: $(VENV)-tensorflow/.python pyproject.toml constraints.txt
	@echo "Installing turncast on TensorFlow ..."
	@sed 's/^h5py==.*/h5py==3.14.0/' constraints.txt > $(@D)/constraints.txt
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint $(@D)/constraints.txt \
		--editable '.[tensorflow,pytest]'
	@touch $@

# All contenders of the benchmarks in one environment; torch and h5py as above.
$(VENV)-bench/.bench: $(VENV)-bench/.python pyproject.toml constraints.txt
	@echo "Installing turncast and the frameworks of its benchmarks ..."
	@sed 's/^h5py==.*/h5py==3.14.0/' constraints.txt > $(@D)/constraints.txt
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint $(@D)/constraints.txt torch==2.13.0
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint $(@D)/constraints.txt \
		--editable '.[train,torch,tensorflow,onnx,serve,bpe]'
	@touch $@
