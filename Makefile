# Berdaya. `make run` starts it, `make test` tests it; both set up everything they need in .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: study bench redis help setup run test check format lock clean browser cluster faults tracer

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 16

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/.ready: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the program needs (once)"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.ready-dev: requirements-dev.txt .venv/.ready
	@echo "Installing what the tests need (once)"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

setup: .venv/.ready-dev ## make .venv with everything, tests included

run: .venv/.ready ## start the program: simulator on http://127.0.0.1:8000, no accounts needed
	@$(BIN)/berdaya run

test: .venv/.ready-dev browser ## run the tests
	@$(BIN)/python -m pytest -n auto --dist worksteal

cluster: .venv/.ready-dev ## see several processes share the work on this machine: type «help» there, end with Ctrl+C
	@$(BIN)/python -m tests.cluster

browser: # the simulator page is tested in a real browser where one can be had
	@if ! command -v chromedriver >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing a browser for the page's tests"; \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver) >/dev/null 2>&1 \
	    || echo "No browser could be installed: the page's tests will be skipped."; \
	fi

build/bench/.ready: tests/bench/requirements.txt | .venv/bin/python
	@echo "Installing what only the benchmark's peers need (once)"
	@$(BIN)/python -m venv build/bench
	@build/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/requirements.txt
	@touch $@

redis: # one of the peers keeps its state in Redis
	@if ! command -v redis-server >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing a Redis server for one of the peers"; \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server) >/dev/null 2>&1 || true; \
	fi
	@command -v redis-server >/dev/null 2>&1 || echo "NO REDIS SERVER HERE: aiogram's column is left out of the inbound tables."

tracer: # some faults are put into the program from outside, by strace
	@if ! command -v strace >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq strace) >/dev/null 2>&1 || true; \
	fi

faults: .venv/.ready-dev tracer ## try every fault many times, write docs/reliability.md (FAULTS="--long --continue" goes on)
	@$(BIN)/python -m tests.faults $(or $(FAULTS),--long)
	@$(BIN)/python -m pytest -m faults -n auto --dist worksteal

bench: .venv/.ready build/bench/.ready redis ## measure speed beside other libraries, write docs/benchmarks.md (BENCH="--quick --only inbound")
	@$(BIN)/python -m tests.bench $(BENCH)

study: .venv/.ready-dev ## try other recipes for the understanding, write docs/understanding-study.md (15 minutes)
	@$(BIN)/python -m tests.understanding.study

check: .venv/.ready-dev ## format, lint, types, arrows, dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

format: .venv/.ready-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: ## write the locked requirements anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml requirements.in -o requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev --extra cluster -c requirements.txt pyproject.toml requirements.in -o requirements-dev.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra cluster -c requirements-dev.txt pyproject.toml requirements.in -o requirements-cluster.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  tests/bench/requirements.in -o tests/bench/requirements.txt

clean: ## remove .venv and caches
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
