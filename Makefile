# What the project can be told to do. `make` alone lists it; every command first sets up what it needs.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo run test lint format bench mutants lock clean

BIN := .venv/bin
# How many processes share the tests: one more than the cores, because browsers and servers are waited for.
# And what pytest is told besides: make test ARGS="tests/test_tooling.py -v"
JOBS ?= 3
ARGS ?=

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with the locked dependencies (the other commands do it by themselves)
	@sh deploy/setup/setup.sh

demo: setup ## start a pretend CamDigiKey, the bridge, two sample applications; Ctrl-C ends them
	@exec $(BIN)/bridge demo $(ARGS)

run: setup ## start the bridge alone, with the settings of bridge.toml and the environment
	@exec $(BIN)/bridge run $(ARGS)

test: setup ## run all tests; gets the browser, databases and servers they need, as far as it can
	@$(BIN)/python -m tests.support.prepare
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: setup ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup ## put the code into the style that lint asks for
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## measure what each request costs, in signatures' worth of CPU
	@exec $(BIN)/python -m tests.bench $(ARGS)

mutants: setup ## change the code that decides in small ways, and print each change that no test notices
	@rm -rf mutants/tests
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/mutmut run $(ARGS)
	@$(BIN)/mutmut results | sed -n 's/^ *\(.*\): \(survived\|no tests\|suspicious\)$$/\1/p' | \
		while read -r name; do $(BIN)/mutmut show "$$name"; done

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: install it, for example with pipx install uv." >&2; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock pyproject.toml

clean: ## remove all that these commands made
	@rm -rf .venv .make .pytest_cache .hypothesis .mypy_cache .ruff_cache demo-data test-output dist mutants \
		tests/relying_parties/node/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
