# `make run` and `make test` do all of their own set-up; the rest is for people who work on MixAssist.
# PYTHON=/path/to/python3.11 chooses the interpreter, RUN_ARGS="..." goes to the program, TEST_ARGS="..." to pytest.

.DEFAULT_GOAL := help
PY := .venv/bin/python
TEST_ENV := QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=2
export PYTHON

.PHONY: help setup setup-dev run lint test test-slow benchmark demo screenshots constraints wheel clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## .venv, pinned dependencies and system packages, for running
	@packaging/set_up.sh

setup-dev:  ## the same with the tools that the tests need
	@packaging/set_up.sh --dev

run: setup  ## the window on the demo session, or the same job headless where there is no display
	@packaging/run.sh $(RUN_ARGS)

lint: setup-dev  ## ruff, mypy and the import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c "import sys, importlinter.cli as cli; sys.exit(cli.lint_imports_command())"

test: lint  ## everything that has to pass before a change goes in
	$(TEST_ENV) $(PY) -m pytest $(TEST_ARGS)

test-slow: setup-dev  ## the tests that take long
	$(TEST_ENV) $(PY) -m pytest -m slow $(TEST_ARGS)

benchmark: setup-dev  ## speed and memory, side by side with others
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest -m benchmark -s $(TEST_ARGS)

demo: setup-dev  ## compose and record the demo session again (needs fluidsynth and fluid-soundfont-gm)
	$(PY) packaging/demo/compose_demo.py
	$(PY) packaging/demo/mix_demo.py

screenshots: setup-dev  ## the README's pictures of the window, made from the demo session
	$(PY) packaging/screenshots.py

constraints: setup-dev  ## write packaging/constraints.txt from what is installed, what only training needs included
	$(PY) -m pip install -q --no-build-isolation -c packaging/constraints.txt -e '.[train]'
	$(PY) packaging/dependencies.py

wheel: setup-dev  ## dist/mixassist-VERSION.whl, demo session included
	rm -rf build/lib build/bdist.*
	$(PY) -m pip wheel --no-deps --no-build-isolation -w dist .

clean:  ## everything that was built; the .venv stays
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find mixassist tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
