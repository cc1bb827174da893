# Everything a newcomer or CI does. Needs make and a Python of at least 3.11, no more; `make setup PYTHON=...` names one.
BIN := .venv/bin

.PHONY: setup demo test test-real native bench fuzz lint types imports fmt lock clean
.DEFAULT_GOAL := setup

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml tools/setup.sh
	@echo "Setting up .venv ..."
	@PYTHON="$(PYTHON)" sh tools/setup.sh

# The example fails its trial, that is what it is for: 1 is a fine answer here.
demo: setup
	@mkdir -p build
	@$(BIN)/seatrial trial examples/shop --report build/shop.html || test $$? -eq 1

test: setup
	$(BIN)/pytest -n 2 --dist loadgroup

# Tests against real programs: kubectl, kustomize, helm, chromium ...; installs what is missing.
test-real: setup
	sh tools/install-real.sh
	PATH="$$PWD/build/tools:$$PATH" $(BIN)/pytest -m real

# The compiled form of the quick YAML reader; needs a C compiler. Without it everything works, more slowly.
native: setup
	$(BIN)/python tools/native.py

# All benchmarks, or some: make bench BENCH="start_up validate"
bench: setup
	sh tools/install-real.sh kubeconform
	-$(BIN)/python tools/native.py
	PATH="$$PWD/build/tools:$$PATH" $(BIN)/python -m bench $(BENCH)

# Looks for input that breaks the reader, validate or check, for SECONDS in all: make fuzz SECONDS=3600
SECONDS := 300
fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "atheris>=3"
	$(BIN)/python -m tools.fuzz --seconds $(SECONDS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports --no-cache

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a change to the dependencies in pyproject.toml; needs uv.
lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header \
	    --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build
