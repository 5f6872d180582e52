# Two commands matter: `make demo` and `make test`. Both install what they need, and both may be run again.
PYTHON ?= python3
NPM ?= npm
PORT ?= 8000
BIN := .venv/bin
DEMO_HOME := var/demo
VENDOR := src/tingsu/web/static/vendor/.made
LOCALE := src/tingsu/locale/en/LC_MESSAGES/django.mo

.PHONY: setup demo demo-fresh test check bench clean lock browser

setup: .venv/.made $(VENDOR) $(LOCALE)

# pip's own --require-hashes holds every package to the lock.
.venv/.made: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENDOR): package-lock.json scripts/vendor.mjs
	$(NPM) ci --silent --no-audit --no-fund
	$(NPM) run --silent vendor
	@touch $@

$(LOCALE): src/tingsu/locale/en/LC_MESSAGES/django.po | .venv/.made
	$(BIN)/pybabel --quiet compile --domain=django --directory=src/tingsu/locale --use-fuzzy

demo: setup
	TINGSU_HOME=$(DEMO_HOME) $(BIN)/tingsu demo --keep
	TINGSU_HOME=$(DEMO_HOME) $(BIN)/tingsu export -o $(DEMO_HOME)/complaints.xlsx --by desk --state all
	TINGSU_HOME=$(DEMO_HOME) $(BIN)/tingsu analyse $(DEMO_HOME)/complaints.xlsx -o $(DEMO_HOME)/report.html
	TINGSU_HOME=$(DEMO_HOME) $(BIN)/tingsu serve --port $(PORT)

demo-fresh:
	rm -rf $(DEMO_HOME)
	$(MAKE) demo

test: setup browser
	scripts/test.sh

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet --profile=django --ignore=H015,H020 src/tingsu
	$(BIN)/tingsu pack check

bench: setup
	$(BIN)/python -m benchmarks

# A real browser for the end-to-end tests: Debian's, where this user may install it.
browser:
	@scripts/browser.sh

lock: .venv/.made
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev --extra spark pyproject.toml -o requirements.lock

clean:
	rm -rf .venv node_modules var src/tingsu/web/static/vendor src/tingsu/locale/*/LC_MESSAGES/*.mo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
