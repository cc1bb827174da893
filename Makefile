PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test test-real bench lint types imports fmt lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	@mkdir -p build
	@$(BIN)/seatrial trial examples/shop --report build/shop.html || test $$? -eq 1

test: setup
	$(BIN)/pytest -n auto

test-real: setup
	sh tools/install-real.sh
	PATH="$$PWD/build/tools:$$PATH" $(BIN)/pytest -m real

bench: setup
	$(BIN)/python -m bench

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

lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-annotate --no-header --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build
