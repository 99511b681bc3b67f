# make demo    set up, run the main job on the sample, open the window on the result where there is a display
# make test    set up, pass the tests
# make test-kernels  set up, pass the numerical tests as if on other processors
# make lint    style, types and the walls between the rooms
# make docs    write the documentation to build/docs
# make run     set up, open the window
# make clean   remove what the commands above made
.PHONY: demo test test-kernels lint docs run setup clean
.DEFAULT_GOAL := demo

STAMP := .venv/.set-up
# One thread a process: more threads are slower for the small steps of the tests. Compiled tests are kept even where the
# environment forbids it: each process would compile them again, for nine seconds.
QUIET := QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=

demo: $(STAMP)
	.venv/bin/workbench demo

run: $(STAMP)
	.venv/bin/workbench

test: $(STAMP)
	$(QUIET) .venv/bin/python -m pytest -n auto --dist loadfile

# OpenBLAS chooses how it multiplies by the processor; these two are chosen on most that are not of this machine's kind.
# Only a processor that has AVX2 can run both.
KERNELS := $(if $(shell grep -sm1 -w avx2 /proc/cpuinfo),Haswell Sandybridge)
# What goes through them, or through what was made by them, and must be equal.
NUMERICAL := tests/evaluation tests/metrics tests/export/test_script.py \
    $(patsubst %,tests/insight/test_%.py,items reranking) \
    $(patsubst %,tests/algorithms/%.py,content/test_content factors/test_biased_svd factors/test_ials \
        factors/test_pure_svd hybrid/test_blend linear/test_ease linear/test_edlae neighbours/test_co_clustering)

test-kernels: $(STAMP)
	@$(if $(KERNELS),,echo "Left out: this processor cannot run the Haswell and Sandybridge kernels of OpenBLAS.")
	@for kernel in $(KERNELS); do \
	    echo "The numerical tests with the $$kernel kernels of OpenBLAS:"; \
	    OPENBLAS_CORETYPE=$$kernel $(QUIET) .venv/bin/python -m pytest -q -n auto --dist loadfile $(NUMERICAL) || exit 1; \
	done

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
