# make demo    set up, run the main job on the sample, open the window on the result where there is a display
# make test    set up, pass the tests
# make lint    style, types and the walls between the rooms
# make docs    write the documentation to build/docs
# make run     set up, open the window
# make clean   remove what the commands above made
.PHONY: demo test lint docs run setup clean
.DEFAULT_GOAL := demo

STAMP := .venv/.set-up
# One thread a process: more threads are slower for the small steps of the tests.
QUIET := QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1

demo: $(STAMP)
	.venv/bin/workbench demo

run: $(STAMP)
	.venv/bin/workbench

test: $(STAMP)
	$(QUIET) .venv/bin/python -m pytest -n auto --dist loadfile

lint: $(STAMP)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

docs: $(STAMP)
	.venv/bin/python -m sphinx --fail-on-warning --quiet -b html docs build/docs

setup: $(STAMP)

$(STAMP): pyproject.toml setup.py constraints.txt packaging/setup.sh
	bash packaging/setup.sh
	@touch $@

clean:
	rm -rf .venv build dist demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
