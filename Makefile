.DEFAULT_GOAL := help
.NOTPARALLEL:
PYTHON ?= python3
ARGS ?=
bin := .venv/bin
export PYTHON

.PHONY: help run test-setup dev test check format bench bench-answers bench-library bench-retrieval bench-crash clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile
	@echo '  ARGS="..." is handed on to the command behind run, test and the benchmarks.'

run: .venv/runtime.stamp ## set up what is missing, then serve the page (with the sample library where there is none)
	@$(bin)/carrel serve --sample-if-empty $(ARGS)

test-setup: .venv/dev.stamp ## set up what the tests need, a Chromium included where that may be installed
	@scripts/chromium.sh

dev: test-setup ## the same as test-setup

# One thread for each worker: those of several would wait for each other.
test: test-setup ## run all tests; ARGS="-k search" picks some
	OMP_NUM_THREADS=1 $(bin)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

check: .venv/dev.stamp ## lint, formatting, types, directions of imports
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

format: .venv/dev.stamp ## put the code into its form
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

bench: .venv/dev.stamp ## measure how long a person waits, beside a plain pipeline with the same models
	$(bin)/python benchmarks/speed.py $(ARGS)

bench-answers: .venv/dev.stamp ## measure the quality of the answers
	$(bin)/python benchmarks/answers.py $(ARGS)

bench-library: .venv/dev.stamp ## measure adding, and search in a large library; ARGS="search --papers 1000000"
	$(bin)/python benchmarks/library.py $(or $(ARGS),search)

bench-retrieval: .venv/dev.stamp ## measure how well papers and sentences are found
	$(bin)/python benchmarks/retrieval.py $(ARGS)

bench-crash: .venv/dev.stamp ## kill processes that write, 200 times, and look for what is lost
	$(bin)/python benchmarks/crash.py $(or $(ARGS),--kills 200)

clean: ## remove all that was built, .venv included
	rm -rf .venv build dist *.egg-info .coverage htmlcov
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/runtime.stamp: pyproject.toml constraints.txt
	@scripts/setup.sh runtime

.venv/dev.stamp: pyproject.toml constraints.txt
	@scripts/setup.sh dev
