# Two commands do everything on a fresh machine: `make demo` and `make test`.
# All that they make lies in var/ (VAR_DIR to choose another place).

SHELL := /bin/bash
.DELETE_ON_ERROR:
VAR_DIR ?= $(CURDIR)/var
export VAR_DIR
PORT ?= 8000
# The newest Python that really starts (a version manager's stub may not).
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
VENV := $(VAR_DIR)/venv
RUN := $(VENV)/bin/python
MANAGE := $(RUN) manage.py
# Tests share the machine's cores; PYTEST='-n0 …' keeps them in one process.
WORKERS ?= -n auto --maxprocesses 4
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes
# Written by others, for older Pythons: their warnings are not ours to mend.
export PYTHONWARNINGS ?= ignore::SyntaxWarning

.PHONY: help setup assets demo test test-tools browser contract lint check pins messages bench bench-search soak clean

help:
	@echo "make demo   set up, load the demo, serve it on 127.0.0.1:$(PORT) (PORT= to change)"
	@echo "make test   set up, check everything, run all tests"
	@echo "make bench  print how fast things are, as ratios"
	@echo "make bench-search   the same for search, beside raw FTS5 and Wagtail's own backend"
	@echo "make soak   the long runs"
	@echo "make pins   work out requirements.txt again from pyproject.toml"
	@echo "make messages   collect the words to translate into site/locale"

# --- Setting up -------------------------------------------------------------------------------

$(VENV)/.made:
	@test -n "$(PYTHON)" || \
		{ echo "Plenum needs Python 3.11 or newer; PYTHON=/path/to/python names one."; exit 1; }
	@echo "Setting up Python in $(VENV)"
	@mkdir -p "$(VAR_DIR)"
	@$(PYTHON) -m venv "$(VENV)"
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.made
	@echo "Installing what Plenum runs on"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.tests: tests/requirements.txt $(VENV)/.runtime
	@echo "Installing the test tools"
	@$(PIP) -r tests/requirements.txt
	@touch $@

setup: $(VENV)/.runtime assets

assets: $(VENV)/.runtime
	@$(RUN) -m config.compile_messages
	@$(MANAGE) build_assets

assets: export PYTHONPATH = site

# --- The two commands -------------------------------------------------------------------------

demo: export BASE_URL = http://127.0.0.1:$(PORT)
demo: setup
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) demo
	@echo "Serving on http://127.0.0.1:$(PORT)/ (Ctrl-C stops)"
	@$(MANAGE) runserver --noreload 127.0.0.1:$(PORT)

test: setup test-tools lint check browser contract
	@$(RUN) -m pytest $(WORKERS) $(PYTEST)

test-tools: $(VENV)/.tests

lint: test-tools
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@git ls-files '*.html' | xargs -r "$(VENV)/bin/djade" --check --target-version 5.2

check: test-tools
	@$(RUN) -W error -m config.compile_messages
	@$(MANAGE) makemigrations --check --dry-run --verbosity 0
	@$(MANAGE) check --fail-level WARNING

check: export PYTHONPATH = site

# What modelsearch asks of any backend. A run of its own: its test app has its own settings.
contract: test-tools
	@echo "modelsearch's own tests, on our backend"
	@$(RUN) -m pytest -c tests/contract/pytest.ini --rootdir tests/contract \
		--confcutdir tests/contract tests/contract

# Journeys drive a real Chromium. It is installed where apt and the right to use it are there;
# elsewhere those tests are listed as left out, and in CI they fail.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
		if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then \
			echo "Installing Chromium"; \
			SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
			$$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq chromium >/dev/null; \
		else echo "No Chromium here: the browser tests will be left out."; fi; }

# --- Now and then -----------------------------------------------------------------------------

pins:
	@$(PYTHON) -m venv "$(VAR_DIR)/pins" && "$(VAR_DIR)/pins/bin/pip" install --quiet uv
	@for out in "pyproject.toml requirements.txt" "--group=test tests/requirements.txt"; do \
		set -- $$out; "$(VAR_DIR)/pins/bin/uv" pip compile --quiet --universal --python-version 3.11 \
			--generate-hashes --no-annotate --custom-compile-command "make pins" \
			$$([ $$1 = pyproject.toml ] || echo "-c requirements.txt") $$1 -o $$2; done

messages: setup
	@PYTHONPATH=site $(RUN) -m config.collect_messages

bench: setup test-tools
	@$(RUN) -m pytest tests/bench.py tests/bench_discussion.py -s --no-header -q

# SIZES=10000 for the smaller one only; the rest is said in bench.py. BENCH_DATABASE_URL names a
# PostgreSQL whose backend of Wagtail's is then measured too.
bench-search: setup test-tools
	@for url in "$(DATABASE_URL)" $(BENCH_DATABASE_URL); do \
		$${url:+env DATABASE_URL=$$url} $(RUN) -m pytest tests/bench_search/relevance.py \
			tests/bench_search/bench.py -s --no-header -q || exit; done

soak: setup test-tools browser
	@SOAK=1 $(RUN) -m pytest $(WORKERS) $(PYTEST)

clean:
	rm -rf "$(VAR_DIR)"
