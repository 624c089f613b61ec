# `make run` starts the whole service on this machine; `make test` tests it. See README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV ?= uv

.PHONY: help run test lint format messages bench chaos hostile backtest evaluate lock clean

help:
	@sed -n 's/^## //p' Makefile

## run           start the whole service here: http://localhost:8000/ (PORT=8001 make run for another port)
run: $(VENV)/.local
	@$(BIN)/python -m local.run

## test          run every test against real servers (ARGS="-k name" narrows it)
test: $(VENV)/.dev
	@$(BIN)/python -m pytest --numprocesses=logical --dist=loadfile $(ARGS)

## lint          ruff, mypy --strict, import-linter, djlint, Django's deployment check, missing migrations
lint: $(VENV)/.dev
	@BIN=$(BIN) sh .ci/lint

## format        format the code with ruff and djlint
format: $(VENV)/.dev
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/djlint --reformat --quiet templates

## messages      bring the translations of locale/ up to date with the code, and compile them (docs/languages.md)
messages: $(VENV)/.dev
	@$(BIN)/python -m local.translations $(ARGS)

## bench         measure the speed of the service, half an hour (QUICK=1 make bench: 5 minutes)
bench: $(VENV)/.dev
	@$(BIN)/python -m bench

## chaos         kill processes and cut connections while mail is sent, and count the mails (QUICK=1 make chaos: once each)
chaos: $(VENV)/.dev
	@$(BIN)/python -m bench.chaos $(ARGS)

## hostile       send 20,000 malformed requests to all routes: a few minutes (HOSTILE_SEED=7 make hostile for others)
hostile: $(VENV)/.dev
	@HOSTILE_REQUESTS=$${HOSTILE_REQUESTS:-20000} $(BIN)/python -m pytest -q --numprocesses=0 --show-capture=no tests/test_hostile.py

## backtest      replay history through the ranking (make backtest DATA=FILE for another one)
DATA ?= ../shared/data/daily_papers.jsonl.gz
backtest: $(VENV)/.dev
	@$(BIN)/python -m bench.backtest $(DATA)

## evaluate      measure how well the service learns what a reader wants (make evaluate DATA=FILE for other readers)
evaluate: $(VENV)/.dev
	@$(BIN)/python -m bench.evaluate $(if $(filter file,$(origin DATA)),../shared/data,$(DATA))

## lock          resolve pyproject.toml into the hashed requirements files (needs uv)
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links pyproject.toml
lock:
	@$(LOCK) --output-file requirements.txt
	@$(LOCK) --extra local --constraint requirements.txt --output-file requirements-local.txt
	@$(LOCK) --extra local --extra dev --constraint requirements-local.txt --output-file requirements-dev.txt

## clean         remove the virtual environment; var/ (databases, mail) stays
clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Trending Papers needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing). Try: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment: install the venv module (Debian: apt install python3-venv) and try again." >&2; exit 1; }

# The requirements are pinned and hashed, so an install is repeated only when they change.
$(VENV)/.local: requirements-local.txt | $(VENV)/bin/python
	@echo "Installing what running needs (once, about half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-local.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.local
	@echo "Installing what the tests and linters need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@
