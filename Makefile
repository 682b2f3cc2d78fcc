# The two commands are `make demo` and `make test`; each does all the set-up it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1

.PHONY: setup browser assets demo test lint bench soak lock screenshots clean

setup: $(VENV)/.installed assets

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Browser assets come from npm; a machine without node gets it from a wheel.
assets: $(VENV)/.assets

$(VENV)/.assets: package-lock.json src/tieout/web/assets.py $(VENV)/.installed
	@command -v npm >/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --silent
	$(BIN)/python -m tieout.web.assets
	touch $@

# Browser journeys need a chromium; where it may not be installed, the tests say so and are skipped.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || \
	  echo "No chromium here and it may not be installed: browser journeys will be skipped."

demo: setup
	$(BIN)/tieout demo $(if $(filter 0,$(SERVE)),--no-serve,)

test: setup browser
	$(MAKE) --no-print-directory lint
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check src tests scripts soak bench
	$(BIN)/ruff format --check --quiet src tests scripts soak bench
	$(BIN)/lint-imports
	DATABASE_URL=postgresql://lint@localhost/lint TIEOUT_HOME=.mypy_cache/home $(BIN)/mypy
	$(BIN)/djlint --quiet --lint src

# What only a peer needs stands in an environment of its own, so that measuring changes nothing of ours.
bench: setup $(VENV)-bench/.installed
	$(BIN)/python -m bench --write docs/benchmarks.md

$(VENV)-bench/.installed: requirements/bench.txt
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

soak: setup
	$(BIN)/python -m soak

# The README's picture, from a running demo; TIEOUT_EMAIL and TIEOUT_PASSWORD say who looks.
screenshots: setup browser
	$(BIN)/python scripts/screenshots.py --size wide --theme light --out docs/pictures -- http://127.0.0.1:8000 /processes/1/

# Rewrites the lock files; hashes only, no addresses.
lock:
	for group in run dev bench node; do $(BIN)/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --quiet $$([ $$group = run ] || echo --group $$group) -o requirements/$$group.txt; done
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --silent

clean:
	rm -rf $(VENV) $(VENV)-bench node_modules .tieout
