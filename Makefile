# The words a developer types. `make` alone lists them; every word sets up what it needs first.
#
# Two stamps keep set-up short: .venv/.runtime is what the bridge runs on (`make demo` needs no more), .venv/.dev adds the tools.
# Nothing but make, a shell and a Python with its venv module is needed, and no network once set up. Paths are relative, so that
# the folder may lie anywhere and have any name.

.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help setup check test test-rest test-all demo bench chaos mutants lock clean

PYTHONS = $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3)
SUITABLE = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check
# "logical": two processes on two cores; more than four don't pay, because each starts servers of its own. The slow tests wait
# more than they compute, so they take four on any machine, and who is idle takes over from who has many long ones.
PYTEST := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4
UV ?= uv
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(ARGS)

help: ## this list
	@echo 'Words (ARGS="..." is passed on by test, test-rest, test-all, demo, bench, chaos, mutants and lock):'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r word meaning; do printf '%-16s %s\n' "$$word" "$$meaning"; done

setup: .venv/.dev ## make .venv with the locked dependencies; nothing where it is up to date. PYTHON=... names an interpreter

check: .venv/.dev ## format, lint, types and walls: seconds
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

test: .venv/.dev ## some minutes: every test that is not marked slow or genuine
	$(PYTEST) -m "not slow and not genuine" $(ARGS)

test-rest: .venv/.dev ## what `make test` leaves out: journeys, crashes, genuine Redis
	$(PYTEST) --numprocesses 4 --dist worksteal -m "slow or genuine" $(ARGS)

test-all: .venv/.dev ## every test
	$(PYTEST) $(ARGS)

demo: .venv/.runtime ## the whole job on this machine, nothing to configure: sprout demo
	$(BIN)/sprout demo $(ARGS)

bench: .venv/.dev ## measure this machine: python -m bench
	$(BIN)/python -m bench $(ARGS)

chaos: .venv/.dev ## a storm over a whole town: ARGS="--minutes 10 --on production" (or embedded); --seed N repeats one
	$(BIN)/python -m tests.chaos $(ARGS)

mutants: .venv/.dev ## break one clause of the protocol at a time, in a copy: its test must notice. ARGS="fence" for some
	$(BIN)/python -m tests.mutants $(ARGS)

lock: ## for maintainers, needs uv: write the three lock files anew from pyproject.toml; ARGS=--upgrade for newer releases
	$(LOCK) --output-file requirements.lock pyproject.toml
	$(LOCK) --output-file requirements-build.lock --constraint requirements.lock --group pyproject.toml:build
	$(LOCK) --output-file requirements-dev.lock --constraint requirements.lock --constraint requirements-build.lock --group dev pyproject.toml

clean: ## remove what these words made: .venv, caches, builds; never var/ or bridge.toml
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache build dist bench/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if command -v "$$python" >/dev/null && "$$python" -c '$(SUITABLE)' 2>/dev/null; then \
			echo "Making .venv with $$("$$python" --version)"; exec "$$python" -m venv --clear .venv; \
		fi; \
	done; \
	echo 'None of "$(PYTHONS)" is a Python from 3.11 to 3.14 with its venv module.' >&2; \
	echo 'Install one (Debian, Ubuntu: apt-get install python3-venv), or name it: make setup PYTHON=/path/to/python3.13' >&2; \
	exit 1

.venv/.runtime: requirements.lock requirements-build.lock pyproject.toml | $(BIN)/python
	@echo 'Installing what the bridge runs on (requirements.lock)'
	@$(INSTALL) --require-hashes -r requirements-build.lock -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo 'Installing the bridge and its tools (requirements-dev.lock)'
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch .venv/.runtime $@
