# What a person types. Everything takes its programs from .venv, which `env` keeps in step with requirements/.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PYTHON_HERE := .venv/bin/python
LOCAL := $(PYTHON_HERE) -m local
# Checks and tests have a working folder of Terraform's of their own, so that a running stack is not disturbed.
CHECK_SETTINGS := TF_DATA_DIR=$(CURDIR)/.local/check TF_IN_AUTOMATION=1
CHECK_TERRAFORM := $(CHECK_SETTINGS) scripts/terraform
# Playwright brings the Node that its browser tests need; the JavaScript client is tested with the same.
NODE = $(shell $(PYTHON_HERE) -c 'from playwright._impl._driver import compute_driver_executable as found; print(found()[0])')

# The local stack: a port of your own choice, and how long the agent thinks.
PORT ?=
THINKING ?= 5
# Agents of your own: hash-locked requirements files and folders that go into the zip.
EXTRA ?=
EXTRA_OPTIONS = $(foreach extra,$(EXTRA),--extra '$(extra)')
# An agent of your own, package.module:factory.
AGENT ?=
AGENT_OPTIONS = $(if $(AGENT),--set agent='$(AGENT)')
# A model of your own: an OpenAI-compatible server, and the model's name there.
MODEL_URL ?=
MODEL ?=
MODEL_OPTIONS = $(if $(MODEL_URL),--model-url '$(MODEL_URL)' --set agent=bedrock --set model='{ id = "$(MODEL)" }')
STACK_OPTIONS = $(if $(PORT),--port '$(PORT)') --set thinking_seconds='$(THINKING)' $(EXTRA_OPTIONS) $(AGENT_OPTIONS) $(MODEL_OPTIONS)

.PHONY: help env lock package run up down status logs reset crash ask import eval examples \
  check format lint types contracts terraform-check test test-code test-python test-web test-terraform test-stack \
  openapi openapi-release contract pages docs docs-pages docs-serve \
  terraform-mutants guard workspaces rights scan smoke redrive restore-chat terraform-docs

help: ## Show what there is to run
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

env: ## Make or refresh the Python environment (.venv)
	@scripts/env dev

lock: env ## Lock the dependencies anew from pyproject.toml
	@lock() { .local/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --custom-compile-command 'make lock' -o requirements/"$$@"; }; \
	  lock src.txt pyproject.toml; \
	  lock bedrock.txt pyproject.toml --extra bedrock -c requirements/src.txt; \
	  lock dev.txt pyproject.toml --extra bedrock --group dev -c requirements/bedrock.txt; \
	  lock bench.txt pyproject.toml --group bench -c requirements/dev.txt; \
	  lock runtime.txt --group runtime -c requirements/dev.txt; \
	  for group in docs ministack peers scan schemathesis; do lock $$group.txt --group $$group; done; \
	  lock uv.txt requirements/uv.in

package: env ## Build the Lambda zip for AWS, build/lambda.zip (EXTRA="requirements.txt folder")
	@$(PYTHON_HERE) scripts/package.py $(EXTRA_OPTIONS)

## The stack on this machine

run: env ## Start the whole stack here; Ctrl-C stops it (PORT=8460 THINKING=5 MODEL_URL=... MODEL=...)
	@$(LOCAL) run $(STACK_OPTIONS)

up: env ## The same in the background, or bring a running one up to date
	@$(LOCAL) up $(STACK_OPTIONS)

down: env ## Stop the stack; chats and memories are kept
	@$(LOCAL) down

status: env ## Say whether the stack runs, and where
	@$(LOCAL) status

logs: env ## Show what the functions logged in the last ten minutes
	@$(LOCAL) logs

crash: env ## Kill every worker of the stack at once, to see what becomes of its turns
	@$(LOCAL) crash

reset: env ## Stop the stack and forget all that it keeps
	@$(LOCAL) reset

# Every login shell has a variable USER: only one given to make itself names a user of the stack.
# value: a question may hold dollar signs.
ask: export QUESTION := $(value Q)
ask: env ## Ask and wait for the answer: make ask Q="..." [USER=alice] [CHAT=...]
	@$(LOCAL) ask --user '$(if $(filter command line,$(origin USER)),$(USER),alice)' --chat '$(CHAT)' -- "$$QUESTION"

import: env ## Store many memories: make import FILE=notes.jsonl [USER=alice] (or .csv)
	@PYTHONPATH=clients/python/src $(PYTHON_HERE) -m async_chat_client import '$(FILE)' \
	  --as '$(if $(filter command line,$(origin USER)),$(USER),alice)'

## Agents

eval: env ## Put the evaluation set to the agent, beside plain BM25 ([AGENT=bedrock] [OPTIONS=--missed])
	@PYTHONPATH=src:. $(PYTHON_HERE) -m tests.evaluation --agent '$(or $(AGENT),recall)' $(OPTIONS)

examples: env ## Run the example agents' tests, those with frameworks of their own too
	@scripts/test-examples

## Checks and tests

check: format lint types contracts terraform-check ## Everything that reads the code without running it

format: env
	@$(PYTHON_HERE) -m ruff format --check .

lint: env
	@$(PYTHON_HERE) -m ruff check .

types: env
	@$(PYTHON_HERE) -m mypy
	@cd clients/python && ../../.venv/bin/python -m mypy
	@scripts/check-web

contracts: env
	@PYTHONPATH=src .venv/bin/lint-imports
	@$(PYTHON_HERE) -m pytest -q tests/architecture

terraform-check:
	@scripts/terraform fmt -check -recursive
	@$(CHECK_TERRAFORM) init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
	@$(CHECK_TERRAFORM) validate -no-color

# Side by side: the tests on a stack mostly wait, the others mostly compute.
test: env ## All tests: Python, JavaScript, Terraform, and end to end on a stack of their own
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line test-code test-stack

test-code: ## All tests but those on a stack
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory test-web
	@$(MAKE) --no-print-directory test-terraform

test-python: env ## Unit, contract and feature tests; no network, no stack
	@$(PYTHON_HERE) -m pytest -q -n auto tests --ignore tests/e2e --ignore tests/local --ignore tests/pages --ignore tests/schemathesis --ignore tests/docs \
	  --ignore tests/terraform
	@cd clients/python && ../../.venv/bin/python -m pytest -q -n auto

test-web: env ## The JavaScript client, against a service that misbehaves
	@cd clients/web && "$(NODE)" --test

test-terraform: env ## Terraform's own tests, with a mocked provider, and the workspaces' guard
	@$(CHECK_TERRAFORM) init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
	@TF_DATA_DIR=$(CURDIR)/.local/check-bucket ASYNC_CHAT_TERRAFORM_FOLDER=$(CURDIR)/terraform/state-bucket \
	  scripts/terraform init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
	@$(CHECK_SETTINGS) scripts/test-terraform
	@$(PYTHON_HERE) -m pytest -q -n 2 tests/terraform

# One run, so that all of them share one stack.
test-stack: env ## The local tools, then end to end, the feature files over HTTP, the page and the contract
	@scripts/env ministack schemathesis
	@$(PYTHON_HERE) -m pytest -q --driver=http tests/local tests/e2e tests/features tests/pages tests/schemathesis tests/docs

## Proofs of the Terraform, and tools for a deployed workspace

terraform-mutants: env ## Make mistakes in the Terraform, one at a time: a test has to notice each
	@$(CHECK_TERRAFORM) init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
	@$(PYTHON_HERE) -m tests.terraform

guard: env ## All attempts to reach a wrong workspace; make test tries the worst of them
	@$(CHECK_TERRAFORM) init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
	@ASYNC_CHAT_ALL_ATTEMPTS=1 $(PYTHON_HERE) -m pytest -q -n 2 tests/terraform/test_workspace_guard.py

workspaces: env ## Two workspaces side by side on an embedded AWS: apply, ask, plan again, destroy
	@scripts/env ministack
	@$(CHECK_TERRAFORM) init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
	@$(PYTHON_HERE) -m tests.terraform.side_by_side

rights: env ## Take every right from every role, one at a time: something has to fail
	@scripts/env ministack
	@PYTHONPATH=src:. $(PYTHON_HERE) -m tests.rights

scan: env ## checkov, bandit and pip-audit, in an environment of their own (STRICT=1: no package may go unaudited)
	@scripts/env scan ministack
	@$(PYTHON_HERE) -m scripts.scan $(if $(STRICT),--strict)

smoke: env ## Ask a deployed workspace (TF_WORKSPACE, ASYNC_CHAT_TOKEN), and compare its code with build/lambda.zip
	@$(PYTHON_HERE) -m scripts.smoke $(if $(NO_ASK),--no-ask)

redrive: env ## Give failures that could not be settled another try (TF_WORKSPACE)
	@$(PYTHON_HERE) -m scripts.redrive

restore-chat: env ## Bring deleted chats back from a restored copy of the table (TF_WORKSPACE, FROM=chats-restored CHATS="id id")
	@PYTHONPATH=src $(PYTHON_HERE) -m scripts.restore_chat --from '$(FROM)' $(CHATS)

terraform-docs: env ## Write docs/terraform.md anew from the variables and outputs
	@$(PYTHON_HERE) -m scripts.terraform_docs

## Faults as tests

SEEDS ?= 5000
FAULTS := PYTHONPATH=src:. $(PYTHON_HERE) -m tests.faults

.PHONY: crash-points simulate protocol-mutants poll-cost load

crash-points: env ## Cut every story off at each AWS call, in each way (STORY="part of a name")
	@$(FAULTS).crash_points $(if $(STORY),--story '$(STORY)')

simulate: env ## Run the service through seeded faults (SEEDS=5000; SEED=17 replays one)
	@$(FAULTS).simulation --seeds $(SEEDS) $(if $(SEED),--seed $(SEED))

protocol-mutants: env ## Break the protocol, rule by rule, and see that it is noticed
	@$(FAULTS).protocol_mutants

poll-cost: env ## What the poll hint costs and brings, beside fixed intervals
	@$(FAULTS).poll_cost

load: env ## 200 questions of 50 users, each POST twice, on the running local stack
	@$(FAULTS).load

## Speed

.PHONY: bench

bench: env ## Measure, and write build/bench (ONLY="cold_start size" QUICK=1 PUBLISH=1: docs/speed too)
	@scripts/env runtime bench ministack peers
	@PYTHONPATH=src .local/bench/venv/bin/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) $(if $(PUBLISH),--publish)

.PHONY: capacity

capacity: env ## Workers, refusals, cost and quotas on paper (RATE=1.2 SECONDS=56 WORKERS=... SHARED=1 REGION=... SWEEP=1)
	@scripts/env bench
	@PYTHONPATH=src .local/bench/venv/bin/python -m benchmarks.capacity $(if $(RATE),--rate $(RATE)) \
	  $(if $(SECONDS),--seconds $(SECONDS)) $(if $(WORKERS),--workers $(WORKERS)) $(if $(SHARED),--shared) \
	  $(if $(REGION),--region $(REGION)) $(if $(SWEEP),--sweep)

## The page and the published contract

openapi: env ## Write openapi.json anew from the models, routes and errors, and name what would break somebody
	@PYTHONPATH=src $(PYTHON_HERE) -m scripts.openapi write
	@PYTHONPATH=src $(PYTHON_HERE) -m scripts.openapi check
	@$(PYTHON_HERE) -m scripts.docs write

openapi-release: env ## With a release: its contract is the one that later changes are held against
	@PYTHONPATH=src $(PYTHON_HERE) -m scripts.openapi release

docs: env ## Build the docs site into build/site; a broken link or anchor fails it
	@scripts/env docs
	@$(PYTHON_HERE) -m scripts.docs build

docs-pages: env ## Write anew what the docs show of other files: code, diffs, the contract
	@$(PYTHON_HERE) -m scripts.docs write

docs-serve: docs ## Build the docs site and serve it on this machine (PORT=8470)
	@$(PYTHON_HERE) -m http.server --bind 127.0.0.1 --directory build/site $(or $(PORT),8470)

contract: env ## Schemathesis on a stack of its own, or on the one named (ASYNC_CHAT_STACK=.local/stack.json SEED=...)
	@scripts/env ministack schemathesis
	@$(PYTHON_HERE) -m pytest -q tests/schemathesis

pages: env ## The page tests in Chromium, likewise; screenshots are in build/screenshots
	@scripts/env ministack
	@$(PYTHON_HERE) -m pytest -q tests/pages
