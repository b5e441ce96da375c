# `make demo` and `make test` set up all they need in .venv; PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast lint bench seeds templates constraints clean

help:  ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

install: .venv/installed  ## create .venv and install the locked dependencies

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11 to 3.13 is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: install  ## build the assignment, grade the sample class, write reports, gradebook and pictures into demo/
	rm -rf demo
	$(BIN)/aelab release templates demo/assignment
	$(BIN)/python -m tests.submissions.build demo/submissions
	$(BIN)/aelab grade demo/submissions --out demo/results --seed 7 --limit call_seconds=20 || test $$? -eq 1

test: install lint test-fast  ## lint, types and all tests

test-fast:
	$(BIN)/python -m pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install  ## time one full grading of the reference, in training steps
	$(BIN)/python -m benchmarks.full_grading 3

seeds: install  ## grade the reference under 20 seeds
	$(BIN)/python -m benchmarks.reference_seeds 20

templates: install  ## generate student_templates/ from reference/
	$(BIN)/aelab release templates student_templates

constraints:  ## lock the newest dependencies: exact versions, no addresses
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --editable '.[dev]'
	build/lock/bin/pip freeze --all --exclude-editable | grep -vE '^(pip|setuptools|wheel)==' > constraints.txt

clean:  ## remove what the targets made, but not .venv
	rm -rf build demo pictures model *.egg-info
