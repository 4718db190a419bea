# Everything here works on a bare Linux machine with Python 3.11+, pip and make, from any folder.
.DEFAULT_GOAL := help
.PHONY: help demo test lint types bench docs lock clean run-environment dev-environment
SHELL := /bin/sh
PORT ?= 8000
ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
BIN := $(ROOT)/.venv/bin
TESTS ?=
# Where nothing compiled may be kept, every process compiles everything anew: seconds, each time.
unexport PYTHONDONTWRITEBYTECODE

# The newest Python that is tested, then any other that is new enough; `make PYTHON=...` decides.
FIT := import importlib.util as u, sys, venv; sys.exit(sys.version_info < (3, 11) or not (u.find_spec("pip") or u.find_spec("ensurepip")))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3.14 python3.15 python3; do \
	"$$python" -c '$(FIT)' >/dev/null 2>&1 && { command -v "$$python"; break; }; done)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' '$(ROOT)/Makefile'

demo: run-environment ## everything on this machine, with phones on a page; PORT=9000 picks the port
	@cd '$(ROOT)' && exec '$(BIN)/heliograph' demo --port '$(PORT)' --with-parent

test: dev-environment ## the whole suite; TESTS='tests/routing -k dst' picks some of it
	@cd '$(ROOT)' && exec '$(BIN)/python' -m pytest $(TESTS)

lint: dev-environment ## ruff, and its formatter in check mode
	@cd '$(ROOT)' && '$(BIN)/ruff' check . && '$(BIN)/ruff' format --check .

types: dev-environment ## mypy --strict
	@cd '$(ROOT)' && '$(BIN)/mypy'

bench: dev-environment ## the benchmarks, and the bounds they are held to
	@cd '$(ROOT)' && exec '$(BIN)/python' -m benchmarks

docs: dev-environment ## prints the tables and pages that are generated from the code
	@cd '$(ROOT)' && '$(BIN)/python' -m tools.docs && '$(BIN)/python' -m tools.hotline && exec '$(BIN)/python' -m tools.states

lock: dev-environment ## resolves the dependencies anew
	@cd '$(ROOT)' && '$(BIN)/python' tools/lock.py

clean: ## removes the environment and every cache; the data in .heliograph stays
	@cd '$(ROOT)' && rm -rf .venv .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@cd '$(ROOT)' && find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment dev-environment:
	@python='$(PYTHON)'; [ -n "$$python" ] || { echo 'make: no Python 3.11 or newer with pip was found. Install one (Debian, Ubuntu: apt install python3 python3-pip) and run make again.' >&2; exit 2; }; \
	exec "$$python" '$(ROOT)/tools/environment.py' $(@:-environment=)
