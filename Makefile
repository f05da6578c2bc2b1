# Two commands do all the set-up on a fresh machine: `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# A bundle of images saves minutes where no registry answers; the project stands without one.
BUNDLE ?= $(wildcard ../shared/bundle)
SEED ?= 1
LAB ?=
SHOW ?= outage
UV := $(shell command -v uv || echo .uv/bin/uv)
PY := .venv/bin/python
# Beside the authorities that uv brings, those that this machine trusts: a company's proxy may have one of its own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= 1
export UV_NATIVE_TLS ?= 1
endif
# Read when Textual is imported, so it must be set before Python starts.
export TEXTUAL_ANIMATIONS ?= none

.PHONY: help env ready run test unit lint house tui page e2e cluster prove chaos bench screens recordings film clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Debian's Python makes environments only with the package python3-venv.
.uv/bin/uv:
	@rm -rf .uv
	@python3 -m venv .uv >/dev/null 2>&1 || { rm -rf .uv; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install \
	  -y -qq --no-install-recommends python3-venv >/dev/null && python3 -m venv .uv; } || \
	  { echo "uv is missing here, and so is what brings it: install uv, or Python 3.11 with its module venv." >&2; exit 1; }
	.uv/bin/pip install -q --disable-pip-version-check uv

.venv/.ready: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	# Compiled now, so that the first start is as fast as the others, even where Python may write no bytecode itself.
	$(UV) sync -q --frozen --compile-bytecode
	$(PY) -m compileall -q meshlab
	@touch $@

env: .venv/.ready ## The Python environment

ready: env ## Environment, engine, kind and kubectl, images
	$(PY) -m meshlab setup $(if $(BUNDLE),--bundle $(BUNDLE))

run: export TEXTUAL_ANIMATIONS = full
run: ready ## meshlab, with everything it needs
	$(PY) -m meshlab

test: env ## Everything: lint, types, unit, interface, terminal, real clusters
	$(PY) tests/suite.py $(if $(BUNDLE),--bundle $(BUNDLE))

unit: env ## Pure tests, in seconds
	$(PY) -m pytest -q tests/unit

lint: env ## Style, imports, types, the labs' files
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	.venv/bin/mypy
	$(PY) -m meshlab lint

house: env ## The shape of the code in numbers, beside those before (ALL=1: what they are made of)
	$(PY) -m tests.house $(if $(ALL),--all)

tui: env ## The interface, by Pilot
	$(PY) -m tests.programs
	$(PY) -m pytest -q tests/tui

page: env ## The exported page in a real browser
	$(PY) -m tests.page.browser
	$(PY) -m pytest -q tests/page

e2e: ready ## meshlab in a real terminal
	$(PY) -m tests.programs
	$(PY) -m pytest -q tests/e2e

cluster: ready ## Tests on real kind clusters
	$(PY) -m pytest -q tests/cluster

prove: ready ## Prove every lab (LAB=id: one), then any lab after any other
	$(PY) -m meshlab prove $(LAB)
	$(if $(LAB),,$(PY) -m meshlab prove --pairs)

chaos: ready ## Kill meshlab at random moments and see that nothing is lost or left (SEED=n)
	$(PY) -m tests.chaos --seed $(SEED)

bench: ready ## The design's budgets beside what was measured (JSON)
	$(PY) -m tests.bench --json

screens: env ## Pictures of every screen
	$(PY) -m tests.tui.pictures

recordings: ready ## Record labs for `meshlab tour` on real clusters (LAB=id: one)
	$(PY) -m meshlab record $(LAB)

film: env ## A tour as asciinema cast and animated SVG, from a recording (LAB=id, SHOW=steps in the SVG)
	$(PY) -m tests.film recordings/$(or $(LAB),2-router-mesh).jsonl.gz --cast assets/tour.cast --svg assets/tour.svg --show "$(SHOW)"

clean: env ## Clusters of meshlab, environment, caches
	-$(PY) -m meshlab clean --yes
	rm -rf .venv .uv out .pytest_cache .mypy_cache .ruff_cache
