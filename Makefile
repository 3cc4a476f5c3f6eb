# Two commands for newcomers: `make demo` and `make test`. Everything happens in .venv; nothing outside this folder is touched.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
SCENARIO ?= scenarios/pahalgam-2025.yaml

.PHONY: demo test lint slow browser dashboard dock bench bench-page bench-check docs validate clean

demo: $(VENV)/.installed
	$(BIN)/escalation-sim run $(SCENARIO)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist loadfile

slow: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m slow

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Server and browser see nothing but this machine, where a network namespace of their own can be had.
ALONE := $(shell unshare --map-root-user --net true 2>/dev/null && echo "unshare --map-root-user --net")

browser: $(VENV)/.installed-browser
	$(ALONE) $(BIN)/python tests/dashboard/loopback.py $(BIN)/python -m pytest -m browser tests/dashboard

dashboard: $(VENV)/.installed-browser
	$(BIN)/escalation-sim dashboard

dock: $(VENV)/.installed-test
	$(BIN)/python benchmarks/docking.py

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/memory.py --largest 100000
	$(BIN)/python benchmarks/bench.py --docs

bench-page: $(VENV)/.installed-browser
	$(BIN)/python benchmarks/dashboard.py
	$(BIN)/python benchmarks/dashboard.py --docs

bench-check: $(VENV)/.installed
	$(BIN)/python benchmarks/regression.py

docs: $(VENV)/.installed
	$(BIN)/escalation-sim parameters --markdown > docs/parameters.md
	$(BIN)/python docs/make_tables.py
	$(BIN)/python docs/make_tables.py --outputs

validate: $(VENV)/.installed
	$(BIN)/escalation-sim validate --docs --workers $$(nproc 2>/dev/null || echo 1)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "error: needs Python 3.11 or newer; say which with make PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test,dev,dashboard]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-browser: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test,dashboard,browser]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

clean:
	rm -rf $(VENV) results
