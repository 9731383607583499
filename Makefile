# Everything a newcomer or CI runs. Needs only Python >= 3.11 (or uv) and make; the rest is installed here.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := semconv processors instrumentation analysis
READY := $(VENV)/.ready

.PHONY: help demo test check format lock generate bench collector clean

help:            ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | sort

$(BIN)/uv:
	@if command -v uv >/dev/null; then uv venv --seed --quiet $(VENV); else python3 -m venv $(VENV); fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[^ ]+' requirements.lock)"

$(READY): requirements.lock pyproject.toml $(PACKAGES:%=%/pyproject.toml) | $(BIN)/uv
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps $(PACKAGES:%=-e ./%) -e .
	@touch $@

lock: | $(BIN)/uv     ## resolve the dependencies anew (one lock file, no download hosts in it)
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --group dev --all-extras pyproject.toml $(PACKAGES:%=--no-emit-package spanwright-%) -o requirements.lock
