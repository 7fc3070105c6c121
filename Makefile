# `make demo` and `make test` install what they need. They need only Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Every install uses the versions of constraints.txt, so that two installs are the same.
INSTALL = $(PIP) install --constraint constraints.txt --editable
# For tests, Python compiles what they import, even where the shell forbids it: pip would compile all, in 20 s.
INSTALL_UNCOMPILED = $(PIP) install --no-compile --constraint constraints.txt --editable
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadscope
# The tests that run on every backend of Keras.
ON_EACH := tests/layers tests/laws

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(VENV)/.all ## Install turncast and run its demo: it learns restaurant bookings
	@$(BIN)/turncast demo --force
	@echo "The command is $(BIN)/turncast; source $(BIN)/activate puts it on the PATH."

.PHONY: test
test: $(VENV)/.test ## Install what the tests need and run them, except large cases and those in a browser
	@echo "make check runs all tests, large cases and those in a browser included."
	@$(PYTEST) --ignore tests/ui -m '$(or $(SELECTED),not large)'

.PHONY: quick
quick: $(VENV)/.test ## Run the laws and one test for each feature, in less than a minute
	@$(PYTEST) -m 'quick and not large' tests

.PHONY: test-large
test-large: $(VENV)/.test ## Run the large cases, and the property tests with all their examples
	@$(PYTEST) --ignore tests/ui -m 'large or hypothesis' --hypothesis-profile all

# One thread in each process, because there is one process for each core.
.PHONY: backends
backends: $(VENV)-torch/.pytest $(VENV)-tensorflow/.pytest ## Run the tests of layers and laws on torch and on TensorFlow
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

# With the system's Chromium, else Playwright's own; where neither can be installed, the tests are skipped.
.PHONY: test-ui
test-ui: $(VENV)/.ui ## Install a browser and test the page in it
	@$(BIN)/python -m pytest tests/ui -rs

# 50 conversations of 200 turns, 16 clients, 4 servers, one of which is killed: about 20 seconds for each store.
.PHONY: test-load
test-load: $(VENV)/.test ## Test that no turn is lost, with many more turns than in make test
	@TURNCAST_LOAD=50x200 $(BIN)/python -m pytest tests/server/test_no_turn_lost.py

.PHONY: screenshots
screenshots: $(VENV)/.ui ## Take the pictures of the page for the documentation
	@TURNCAST_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/ui/test_screenshots.py

# `test-large` runs the property tests, with more examples than `test`.
.PHONY: check
check: SELECTED = not large and not hypothesis
check: lint types docs test-ui test test-large ## Run lint, types, documentation and all tests

.PHONY: docs
docs: $(VENV)/.docs ## Build the documentation site into site/; broken links are errors
	@$(BIN)/zensical build --strict --clean

.PHONY: lint
lint: $(VENV)/.dev ## Check style and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/.dev ## Check types strictly
	@$(BIN)/mypy

.PHONY: format
format: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)-bench/.bench ## Run a benchmark: make bench ARGS="train --case flat"; without ARGS, list them
	@$(VENV)-bench/bin/python -m benchmarks $(ARGS)

.PHONY: clean
clean: ## Remove everything that the other targets created
	rm -rf site $(VENV) $(VENV)-torch $(VENV)-tensorflow $(VENV)-bench turncast-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.python $(VENV)-torch/.python $(VENV)-tensorflow/.python $(VENV)-bench/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "turncast needs Python 3.11 or newer; say which with: make demo PYTHON=python3.12")'
	@$(PYTHON) -m venv $(@D)
	@touch $@

# One stamp for each install, so that nothing is installed twice.
$(VENV)/.all: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with everything that its commands need ..."
	@$(INSTALL) '.[all]'
	@touch $@

$(VENV)/.test: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what the tests need ..."
	@$(INSTALL_UNCOMPILED) '.[test]'
	@touch $@

$(VENV)/.ui: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what the tests of its page need ..."
	@$(INSTALL_UNCOMPILED) '.[ui-test]'
	@command -v chromium >/dev/null || $(BIN)/playwright install --with-deps chromium \
		|| apt-get install --yes --no-install-recommends chromium || echo "No browser can be installed here."
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing turncast with what its developers need ..."
	@$(INSTALL_UNCOMPILED) '.[dev]'
	@touch $@ $(VENV)/.test

$(VENV)/.docs: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing what the documentation needs ..."
	@$(INSTALL_UNCOMPILED) '.[docs]'
	@touch $@

# pip prefers a torch without CUDA where PIP_EXTRA_INDEX_URL or PIP_FIND_LINKS has one.
$(VENV)-torch/.pytest: $(VENV)-torch/.python pyproject.toml constraints.txt
	@echo "Installing turncast on torch ..."
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt torch==2.13.0
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt \
		--editable '.[torch,pytest]'
	@touch $@

# TensorFlow 2.21 needs an older h5py than constraints.txt has.
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
		--editable '.[all,torch,tensorflow]'
	@touch $@
