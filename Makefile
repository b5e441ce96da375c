# `make demo` and `make test` set up all they need in .venv; PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # hundreds of processes start, and would compile the grader anew each
PYTEST = --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder  # PYTEST= for one process
.DEFAULT_GOAL := help
.PHONY: $(shell grep -oE '^[a-z][a-z-]*:' $(firstword $(MAKEFILE_LIST)) | tr -d :)

help:  ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

install: system .venv/installed  ## create .venv and install the locked dependencies

HAS_SYSTEM := command -v bwrap && command -v bsdtar && $(PYTHON) -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("seccomp"))'

system:  ## install bubblewrap and libseccomp, which isolate submissions, and bsdtar, which unpacks them, where this is root on Debian
	@if $(HAS_SYSTEM); then exit 0; fi >/dev/null; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update && apt-get install -y --no-install-recommends bubblewrap libarchive-tools libseccomp2; \
	fi; \
	if $(HAS_SYSTEM); then exit 0; fi >/dev/null; \
	echo "To isolate submissions, on Linux, install bubblewrap and libseccomp: without bubblewrap grading needs root, and without libseccomp --trust-submissions. To read .7z, .rar and .tar.gz, install bsdtar (Debian: libarchive-tools)."

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11 to 3.13 is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: install  ## build the assignment, grade the sample class, write reports, gradebook and pictures into demo/
	rm -rf demo
	$(BIN)/aelab release templates demo/assignment
	$(BIN)/python -m tests.submissions.build demo/submissions
	@$(BIN)/aelab doctor > demo/isolation.txt; case $$? in \
	    0) trust= ;; \
	    1) trust=--trust-submissions; cat demo/isolation.txt; \
	       echo "The sample class is our own, so it is graded without isolation." ;; \
	    *) exit 2 ;; \
	esac; \
	AELAB_CACHE=demo/cache/measured.sqlite $(BIN)/aelab grade demo/submissions --out demo/results --seed 7 --limit call_seconds=20 $$trust || test $$? -eq 1

test: PROCESSES = 4  # on two cores: most of these tests wait for clocks and for other processes
test: install lint  ## lint, types and all tests
	$(BIN)/python -m pytest $(PYTEST)

test-fast: PROCESSES = 2
test-fast: install lint  ## lint, types and the tests that start neither TensorFlow nor a fork server: under a minute
	$(BIN)/python -m pytest $(PYTEST) tests/unit tests/corpus

browser:  ## install Chromium where this is root on Debian
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update && apt-get install -y --no-install-recommends chromium; \
	fi; \
	command -v chromium >/dev/null || { echo "The browser tests need Chromium: install the package chromium."; exit 1; }

test-browser: install browser  ## look at the pages, JupyterLab and the formgrader in Chromium
	$(BIN)/python -m pytest tests/browser

test-postgres: install  ## the gradebook in a PostgreSQL server on loopback, which is installed where this is root on Debian
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update && apt-get install -y --no-install-recommends postgresql; \
	else echo "These tests need a PostgreSQL server: install the package postgresql."; exit 1; fi
	$(BIN)/python -m pytest tests/platforms/nbgrader/test_postgres.py

screenshots: install browser  ## write the pictures of docs/images from demo/results (make demo) and a graded course
	$(BIN)/python -m tests.browser.screenshots demo/results docs/images

docs: install  ## build the documentation as a site into build/site; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

bench: install  ## time gradings, a class, the gradebook, pages, self-checks and training steps, and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks.results

kills: install  ## kill a grading run at random moments, and compare what is left with an undisturbed run
	$(BIN)/python -m benchmarks.kills 30 24

load: install  ## grade a sample submission alone and beside sixteen spinning processes, and compare the records
	$(BIN)/python -m benchmarks.under_load

seeds: install  ## grade the reference under 20 seeds
	$(BIN)/python -m benchmarks.reference_seeds 20

attacks: install  ## run every attack against the defences, on the two best tiers
	$(BIN)/python -m benchmarks.attacks

validity: install  ## grade every known mistake and every right variant, and write docs/validity.md and docs/validity.csv
	$(BIN)/python -m benchmarks.validity --page docs/validity.md

one-work: install  ## grade one class in every form and on every route, and write docs/one-work.md
	$(BIN)/python -m benchmarks.one_work --page

graded-packagings: install  ## grade one work in 60 packagings as one class, and compare the records (ARGS=--alone: without the cache)
	$(BIN)/python -m benchmarks.one_work.packagings grade 60 --page $(ARGS)

messages: install  ## show what ten class folders are told, which were graded wrongly once
	$(BIN)/python -m benchmarks.one_work.messages --page

notebook-cost: install  ## grade every right variant as modules and as a notebook, and compare the processor time
	$(BIN)/python -m benchmarks.one_work.cost --page

mutation: install  ## change the code that numbers rest on in every small way, and see which changes no test notices
	rm -rf mutants
	$(BIN)/mutmut run --max-children 2
	$(BIN)/python -m benchmarks.mutation --page docs/validity-of-tests.md

dialects: install  ## compare 2,000 notebooks of statements and commands with what they answer under a real IPython shell
	$(BIN)/python -m benchmarks.dialects 2000 --page

calibrate: install  ## derive the thresholds from many gradings of right solutions and mistakes, and write docs/calibration.md
	$(BIN)/python -m benchmarks.calibrate

subsets: install  ## hand out every subset of the parts, import it, and run the experiments of some (ARGS=--quick: of a sample)
	$(BIN)/python -m benchmarks.subsets $(ARGS)

experiment: install  ## train and measure the reference on full MNIST, and write docs/results.md (hours; ARGS=--quick: five minutes)
	$(BIN)/python -m benchmarks.experiment $(ARGS)

term: install  ## play a whole term of thirty students, with real work that is measured
	MEASURED=1 $(BIN)/python -m pytest --numprocesses 0 tests/platforms/test_term.py

packagings: install  ## read one work in 2,000 packagings: folders, archives, junk, names and encodings
	$(BIN)/python -m benchmarks.one_work.packagings read 2000 --page

pages: install  ## render again docs/results.md, docs/validity.md, docs/calibration.md, docs/one-work.md and the samples in README.md
	$(BIN)/python -m benchmarks.pages

figures: install  ## draw the figures in the text of the lab again
	$(BIN)/python -m benchmarks.figures

templates: install  ## generate student_templates/ from reference/
	$(BIN)/aelab release templates student_templates

catalogue: install  ## collect what students read into grader/locale/, for its translators
	$(BIN)/python -m grader.release.catalogue

# soupsieve 3 and pymdown-extensions 13 ask for Python 3.11.5: the 3.11 of Debian 12 and of Ubuntu 22.04 is older.
constraints:  ## find the newest dependencies that fit together: exact versions, no addresses
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --editable '.[dev]' 'pymdown-extensions<13' 'soupsieve<3'
	build/lock/bin/pip freeze --all --exclude-editable | grep -vE '^(pip|setuptools|wheel)==' > constraints.txt

locks:  ## lock the versions of constraints.txt for each Python, with the digests of all their files
	test -x build/uv/bin/uv || { $(PYTHON) -m venv build/uv && build/uv/bin/pip install uv; }
	for version in 3.11 3.12 3.13; do \
	    build/uv/bin/uv pip compile --quiet pyproject.toml --extra dev --constraint constraints.txt --universal \
	        --python-version $$version --generate-hashes --no-annotate --no-header --upgrade \
	        --output-file locks/python$$version.txt || exit 1; \
	done

release-check: install  ## say what keeps this checkout from being released: versions, addresses, locks, pages, the site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m benchmarks.release_check

clean:  ## remove what the targets made, but not .venv
	rm -rf build demo pictures model mutants *.egg-info
