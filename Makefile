# Two commands are all a new machine needs: `make demo` and `make test`.
PYTHON ?= python3
# Who names no Python gets the system's own where theirs is a plain build of it: a fifth faster.
ANY_PYTHON := $(if $(filter file,$(origin PYTHON)),--any-python)
# Every test and server is a new process: without kept bytecode each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
RUN := TMPDIR="$(CURDIR)/.devstack/tmp" .venv/bin/python -m
# Three for two cores: one of them waits for a server most of the time.
AT_ONCE ?= 3
UV := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
.DEFAULT_GOAL := help
.PHONY: demo test check setup lock bench contracts nightly conformance simulate clean help

demo: setup ## Start the marketplace and let the copilot answer; ONCE=1 ends after the tour
	@$(RUN) devstack.demo $(if $(ONCE),--once)

test: check ## Lint, types, contracts and all tests, on servers of their own
	@$(RUN) pytest -n $(AT_ONCE) -m "not nightly and not conformance"

check: setup ## Lint, types and contracts, without the tests
	@$(RUN) devstack.check

setup: ## Make this checkout ready: programs, Python environment, the project itself
	@$(PYTHON) -m devstack.bootstrap $(ANY_PYTHON)

lock: setup ## Write the hashed locks anew from pyproject.toml
	@$(UV) --group dev pyproject.toml -o requirements.lock
	@$(UV) --constraint requirements.lock pyproject.toml -o requirements.runtime.lock
	@echo "$$(grep -o '^uv==[^ ]*' devstack/setup/uv.lock.txt)" | $(UV) - -o devstack/setup/uv.lock.txt

bench: setup ## Measure against peers in the same run; writes docs/performance.md
	@$(RUN) benchmarks

contracts: setup ## Write the snapshots of OpenAPI and tools anew; look at the difference
	@UPDATE_CONTRACTS=1 $(RUN) pytest tests/contracts -n 0 -q

nightly: setup ## The long tests, and other examples than usual for every property
	@$(RUN) pytest -n $(AT_ONCE) -m nightly
	@$(RUN) pytest -n $(AT_ONCE) -m hypothesis --hypothesis-profile exploring

conformance: setup ## The official suite of the Model Context Protocol against our server; needs npm
	@$(RUN) pytest -n 0 -p no:randomly -m conformance tests/conformance

simulate: setup ## Play random marketplaces for a minute; SEEDS=7-7 or WITHIN=600 for others
	@$(RUN) cli.app simulate --seeds $(or $(SEEDS),1-10000) --within $(or $(WITHIN),60)

clean: ## Stop what runs and remove everything that was made here
	@if [ -x .venv/bin/python ]; then $(RUN) devstack.cleaning; fi; rm -rf .venv .devstack

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
