# Whatever a target needs is set up before it runs, and only once.

BIN := .venv/bin
SET_UP := .venv/.installed
# Most tests wait for a server most of the time, so that two cores are enough for more than two of them.
PYTEST_WORKERS := 3
CACHES := .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo up test properties lint types docs token migrate lock clean

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(SET_UP) ## Play the samples, on the stack that is up or on one of its own (SAMPLES=path)
	@$(BIN)/python demo.py $(if $(SAMPLES),"$(SAMPLES)")

up: $(SET_UP) ## Start the whole stack and keep it until Ctrl-C; data stay in .data/
	@$(BIN)/python embedded.py up

test: lint types ## Run everything that CI runs
	@$(BIN)/pytest -n $(PYTEST_WORKERS)

properties: $(SET_UP) ## Play orders at random beside what their documents say (SEED=s STEPS=n)
	@SEED="$(SEED)" STEPS="$(STEPS)" $(BIN)/python -m tests.properties

lint: $(SET_UP) ## Check style, format and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(SET_UP) ## Check types
	@$(BIN)/mypy

docs: $(SET_UP) ## Write the pictures and tables of each process again
	@$(BIN)/python -m docs.pages

token: $(SET_UP) ## Print a token: role=service|operator|provider [market=M] [provider=ID] [subject=NAME] [ttl=12h]
	@$(BIN)/python embedded.py token --role "$(role)" \
	  $(if $(market),--market "$(market)") $(if $(provider),--provider-id "$(provider)") \
	  $(if $(subject),--subject "$(subject)") $(if $(ttl),--ttl "$(ttl)")

migrate: $(SET_UP) ## Bring the database at DATABASE_URL up to date
	@: "$${DATABASE_URL:?set it to the database that is to be migrated}"
	@$(BIN)/python -c 'import os, models.tables.migrate as m; m.upgrade(os.environ["DATABASE_URL"])'

lock: $(SET_UP) ## Pin again what pyproject.toml asks for, with hashes
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/pip install --quiet --disable-pip-version-check uv
	@PATH="$$PATH:$(BIN)" uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --all-extras \
	  --no-emit-index-url --no-header --output-file requirements.lock pyproject.toml

clean: ## Remove what was set up, and caches (data=1: the data of the stack, too)
	@rm -rf .venv $(CACHES) $(if $(data),.data)

$(SET_UP): requirements.lock
	@python=; for each in python3.11 python3.12 python3.13 python3 python; do \
	  if $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	  then python=$$each; break; fi; \
	done; \
	if test -z "$$python"; then echo 'Python 3.11 or later is needed, and none was found.' >&2; exit 1; fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  echo "Setting up .venv with $$($$python --version)" >&2; \
	  if ! $$python -m venv --clear .venv >&2; then \
	    rm -rf .venv; \
	    echo "$$python cannot make virtual environments: install its venv module (apt install python3-venv)." >&2; \
	    exit 1; \
	  fi; \
	fi
	@echo 'Installing what requirements.lock names: once, about a minute' >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --progress-bar off \
	  --require-hashes -r requirements.lock >&2
	@touch $@
