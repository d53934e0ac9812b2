# Two commands matter: `make demo` and `make test`. Each does all its own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.labhub-setup
export PATH := $(CURDIR)/$(BIN):$(PATH)
# One thread each: as many submissions at once as cores is faster than many threads.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.PHONY: help setup demo test test-colab college wheel lint docs integrity bench bench-handins bench-hub lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(STAMP) ## make .venv and all else this machine needs; quick when done

$(STAMP): requirements/dev.txt pyproject.toml package-lock.json tools/setup.sh
	tools/setup.sh "$(PYTHON)" "$(VENV)"
	touch $@

demo: setup ## build, release, collect and grade lab 1 with a demo class, on a real Hub
	python -m tools.demo $(if $(filter no,$(SERVE)),--no-serve,)

test: setup ## lint, types and the whole test-suite
	$(MAKE) --no-print-directory lint
	python -m pytest -n 2 --dist loadgroup

lint: setup ## ruff and mypy
	ruff check .
	ruff format --check .
	mypy

test-colab: setup ## run the student versions with the Python and the packages of Google Colab
	python -m tools.colab

college: setup ## the college course's hand-ins anew, after a lab has changed
	for each in handin1 handin2; do \
	  labhub assemble $$each --course-dir examples/college; labhub generate-assignment $$each --course-dir examples/college; \
	done

wheel: setup ## the helper package as a file for students, in dist/
	python -m tools.wheel dist

docs: setup ## the documentation as web pages, in .cache/docs
	sphinx-build -W -q -b html docs .cache/docs

integrity: setup ## the attack suite, plain nbgrader beside labhub, as a table
	python -m tests.integrity

bench: setup ## the same class graded by nbgrader, by labhub and by nothing but the students' cells
	mkdir -p .cache
	python -m tests.bench --lab torchlab --lab lab1_feedforward --growth 6,24,96 --plot .cache/growth.png

bench-handins: setup ## 500 hand-ins in the last minute, the service killed three times meanwhile
	python -m tests.bench.handins

bench-hub: setup ## from click to JupyterLab beside a plain Hub, and 50 people who log in at once
	python -m tests.bench.hub

lock: setup ## renew the locked requirement files
	tools/lock.sh

clean: ## remove what set-up and tests made; never a hand-in or a mark
	rm -rf $(VENV) node_modules .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis test-artefacts .demo
