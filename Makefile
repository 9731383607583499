# Everything a newcomer or CI runs. Needs only make and Python >= 3.11 (or uv); the rest is installed here.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := semconv processors instrumentation analysis
READY := $(VENV)/.ready
SOURCES := $(PACKAGES:%=%/src)
# Extras too big for the environment of all, or in need of a server; they are installed in tests/environments.
APART := chroma faiss lancedb milvus pgvector langchain langgraph llama-index crewai openai-agents pydantic-ai redis elasticsearch opensearch pinecone weaviate fastembed flashrank sentence-transformers voyage
EXTRAS = $(shell sed -n '/^\[project.optional-dependencies\]/,/^$$/s/^\([a-z-]*\) = .*/\1/p' pyproject.toml)
# Tests wait as often as they compute, so one more at a time than there are cores (1: one after the other).
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
# Another tool's settings must not decide what is installed here.
unexport PYTHONPATH VIRTUAL_ENV

.PHONY: help demo test check format generate native bench bench-peers conformance fixtures collector wheels lock clean
.DEFAULT_GOAL := help

help:                  ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(READY)         ## run the support bot, print its traces, answer the question from them
	@$(BIN)/spanwright demo

test: check            ## everything CI runs: checks, then all tests
	@if ! command -v cargo >/dev/null; then echo "No Rust (cargo): the tests of the native scanner are skipped."; \
	  else $(MAKE) --no-print-directory native || echo "Not built: the tests of the native scanner are skipped."; fi
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal --durations 10 $(if $(CI),--randomly-seed=20261123)

check: $(READY)        ## generated files up to date, lint, types
	@$(BIN)/python semconv/generate.py --check
	@$(BIN)/python docs/libraries.py --check
	@$(BIN)/python backends/generate.py --check
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy $(SOURCES) semconv/generate.py tests benchmarks docs/picture.py docs/libraries.py backends/generate.py

format: $(READY)       ## format and sort imports
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format --quiet .

generate: $(READY)     ## make the names and the reference pages from the registry
	@$(BIN)/python semconv/generate.py
	@$(BIN)/python -m spanwright_processors.config.reference docs/reference/configuration.md
	@$(BIN)/python docs/libraries.py
	@$(BIN)/python backends/generate.py

native: $(VENV)/.native ## build the native scanner of masking into the environment (needs Rust)

bench: $(READY)        ## overhead beside the bare SDK, ratios in one run (QUICK=1: a first look in a minute)
	@PYTHONPATH=tests $(BIN)/python -m benchmarks $(if $(QUICK),--quick)

bench-peers: $(READY)  ## the same calls with each peer, in environments of their own (QUICK=1: a first look)
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.peers $(if $(QUICK),--quick)

conformance: $(READY)  ## record what the installed Presidio finds in 5,500 texts, try the engine harder (20 min)
	@PYTHONPATH=tests:. $(BIN)/python -m support.presidio_recording
	@SPANWRIGHT_TEST_CONFORMANCE=1 $(BIN)/python -m pytest -q tests/processors/presidio/test_engine.py

fixtures: $(READY)     ## run the libraries whose spans are fixtures anew, each in its own environment (needs Node)
	@$(BIN)/python tests/fixtures/dialects/make.py $(ONLY)

collector: $(READY)    ## build the real Collector with the Collector Builder (needs Go), print its path
	@collector-config/build.sh

wheels: $(READY)       ## build the wheels of all distributions into dist/
	@$(BIN)/uv build --quiet --all-packages --wheel --out-dir dist
	@if command -v cargo >/dev/null; then PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin build --quiet --release \
	  --manifest-path native/Cargo.toml --target-dir .build/native --out dist; fi

lock: | $(BIN)/uv      ## resolve the dependencies anew (one lock file, no download hosts in it)
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --group dev $(patsubst %,--extra %,$(filter-out $(APART),$(EXTRAS))) pyproject.toml $(PACKAGES:%=--no-emit-package spanwright-%) \
	  --no-emit-package spanwright-native -o requirements.lock

$(VENV)/.native: $(READY) native/Cargo.toml native/Cargo.lock native/pyproject.toml $(wildcard native/src/*.rs)
	@command -v cargo >/dev/null || { echo "Cannot build the native scanner: there is no cargo. Install Rust."; exit 1; }
	@echo "Building the native scanner …"
	@CARGO_TARGET_DIR=$(CURDIR)/.build/native PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/uv pip install --quiet \
	  --python $(BIN)/python --no-deps --no-build-isolation --no-cache --reinstall ./native
	@touch $@

clean:                 ## remove everything that make made
	@rm -rf $(VENV) .build dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/uv:
	@if command -v uv >/dev/null; then uv venv --seed --quiet $(VENV); else python3 -m venv $(VENV); fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[^ ]+' requirements.lock)"

$(READY): requirements.lock pyproject.toml $(PACKAGES:%=%/pyproject.toml) | $(BIN)/uv
	@echo "Installing what requirements.lock names into $(VENV) …"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps $(PACKAGES:%=-e ./%) -e .
	@touch $@
