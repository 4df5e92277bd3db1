# Everything starts here; needs Python 3.11 or newer and make. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

# Each name is tried, not only looked up: a version manager's stand-in can exist and not work.
PYTHON ?= $(shell for name in python3 python3.12 python3.13 python3.14 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
ENGINE := PYTHONPATH=engine:. engine/.venv/bin/python -m signpost_engine

.PHONY: help setup run test train check format validate content css evaluate bench env-example lock clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install both environments from their lock files; does nothing when they are up to date.
	@if [ -z "$(PYTHON)" ]; then echo "Set-up failed: Python 3.11 or newer is needed and none was found." >&2; exit 1; fi
	@$(PYTHON) scripts/prepare.py

run: setup ## Set up what is missing, load the offers, train if needed, start everything, print the addresses.
	@exec $(BIN)/signpost run

train: setup ## Train the model if what it is trained from has changed.
	@$(BIN)/signpost train

test: check validate content train ## Everything that is checked: format, lint, types, training data, content, all tests.
	@$(BIN)/python -m pytest
test: node_modules/.package-lock.json

check: setup ## Format, lint and types, without changing a file.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: setup ## Put format and order of imports right.
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

validate: setup ## Check domain, training data, rules and stories (rasa data validate).
	@$(ENGINE) validate --fail-on-warnings

content: setup ## Check the offers and the source of each statement.
	@$(BIN)/signpost content check

css: node_modules/.package-lock.json ## Make both style sheets again from styles/.
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent css

# For the style sheets and for tests in a browser, never in production. Without npm the environment's own is used.
node_modules/.package-lock.json: package-lock.json | setup
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

evaluate: setup ## Measure the answers on the evaluation conversations.
	@$(BIN)/python -m tests.evaluation.run

bench: setup ## Measure speed and memory.
	@$(BIN)/python -m tests.bench.run

env-example: setup ## Make .env.example again from bot/settings.py.
	@$(BIN)/python -c 'from bot.settings import env_example; print(env_example(), end="")' > .env.example

lock: setup ## Make both lock files again, with the newest versions that are allowed.
	@uv=$$(command -v uv || echo .tools/bin/uv); \
	$$uv pip compile pyproject.toml --upgrade --extra dev --generate-hashes --python-version 3.12 -q -o requirements.lock; \
	$$uv pip compile engine/pyproject.toml --upgrade --override engine/overrides.txt --generate-hashes \
		--python-version 3.10 -q -o engine/requirements.lock

clean: ## Remove everything that was made at run time; the environments stay.
	@rm -rf .var .mypy_cache .ruff_cache .pytest_cache .hypothesis
