# Everyday commands. They take their programs from .venv, which `env` keeps in step with requirements/.
# Proofs and tools that need options have a `--help` of their own: CONTRIBUTING.md lists them.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

VENV_PYTHON := .venv/bin/python
LOCAL := $(VENV_PYTHON) -m local
TURNS := $(VENV_PYTHON) -m scripts.turns
# Checks and tests have a working folder of Terraform's of their own, so that a running stack is not disturbed.
CHECK_SETTINGS := TF_DATA_DIR=$(CURDIR)/.local/check TF_IN_AUTOMATION=1
TERRAFORM_INIT := scripts/terraform init -backend=false -input=false -lockfile=readonly -no-color >/dev/null
# Playwright brings the Node that its browser tests need; the JavaScript client is tested with the same.
NODE = $(shell $(VENV_PYTHON) -c 'from playwright._impl._driver import compute_driver_executable as found; print(found()[0])')

# What is given on the command line is data. Make would expand `$(shell ...)` in it wherever it uses or exports it, so
# each is replaced by its own text, and recipes take it from their environment, in quotes.
ASKED_USER := $(if $(filter command,$(origin USER)),$(value USER))
$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(eval override $(name) := $$(value $(name)))$(eval export $(name))))

# The local stack: its port, about how many seconds agent `recall` takes, and a web page that may call its API too.
export PORT ?=
export RECALL_DELAY ?= 5
export CORS ?=
# Agents of your own: hash-locked requirements files and folders that go into the zip.
export EXTRA ?=
# The workspace whose file names the agent and what the zip needs for it.
export WORKSPACE ?=
# An agent of your own, package.module:factory.
export AGENT ?=
# The port on which an agent of your own waits for a debugger.
export DEBUG ?=
# A model of your own: an OpenAI-compatible server, and the model's name there.
export MODEL_URL ?=
export MODEL ?=
# Every login shell has a variable USER: only one given to make itself names a user of the stack.
export ASKED_USER := $(or $(value ASKED_USER),alice)
export Q ?=
export CHAT ?=
export PLAN ?=
export FILE ?=
export OPTIONS ?=
# Of the operators' commands.
export ID ?=
export HTML ?=
export TURN ?=
export REASON ?=

# Shell, not make: the shell puts the values in, each as one word.
EXTRA_OPTIONS = "$${extras[@]/\#/--extra=}"
STACK_OPTIONS = $${PORT:+--port "$$PORT"} --set recall_delay_seconds="$$RECALL_DELAY" $${CORS:+--cors "$$CORS"} \
  $${AGENT:+--set agent="$$AGENT"} $${DEBUG:+--debug-port "$$DEBUG"} $${MODEL_URL:+--model-url "$$MODEL_URL" --model "$$MODEL"}
READ_EXTRAS = read -ra extras <<<"$$EXTRA"
READ_OPTIONS = read -ra options <<<"$$OPTIONS"

.PHONY: help run up down reset logs ask agent import turn turns stop check fix format lint types architecture terraform-check terraform-init \
  test test-all test-code test-waiting test-python test-web test-terraform test-stack accept plan-review package docs generate release bench lock env

help:
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\n%s\n' 'More, each with --help: .venv/bin/python -m local | tests | benchmarks.capacity | scripts.smoke; the list is in CONTRIBUTING.md'

## Run the whole system on this machine

run: env ## Start the whole stack here; Ctrl-C stops it (PORT=8460 AGENT=... EXTRA=... DEBUG=5678 RECALL_DELAY=5 CORS=... MODEL_URL=... MODEL=...)
	@$(READ_EXTRAS); exec $(LOCAL) run $(STACK_OPTIONS) $${extras[@]+$(EXTRA_OPTIONS)}

up: env ## The same in the background, or bring a running one up to date
	@$(READ_EXTRAS); $(LOCAL) up $(STACK_OPTIONS) $${extras[@]+$(EXTRA_OPTIONS)}

down: env ## Stop the stack; chats and memories are kept
	@$(LOCAL) down

reset: env ## Stop the stack and delete all that it keeps
	@$(LOCAL) reset

logs: env ## Show what the functions logged: make logs [CHAT=...] [OPTIONS="--follow --json --minutes 60"]
	@$(READ_OPTIONS); $(LOCAL) logs --chat "$$CHAT" $${options[@]+"$${options[@]}"}

ask: env ## Ask and wait for the answer: make ask Q="..." [USER=alice] [CHAT=...]
	@$(LOCAL) ask --user "$$ASKED_USER" --chat "$$CHAT" -- "$$Q"

agent: env ## Run the agent here, over a user's memories, without the service: make agent Q="..." [USER=alice] [AGENT=... EXTRA=...] [DEBUG=5678]
	@$(READ_EXTRAS); $(LOCAL) agent --user "$$ASKED_USER" $${AGENT:+--set agent="$$AGENT"} \
	  $${DEBUG:+--debug-port "$$DEBUG"} $${extras[@]+$(EXTRA_OPTIONS)} -- "$$Q"

import: env ## Store many memories: make import FILE=notes.jsonl [USER=alice] (or .csv)
	@$(VENV_PYTHON) -m async_chat_client import --as "$$ASKED_USER" -- "$$FILE"

## Operate a workspace: the local stack, or the one that TF_WORKSPACE names

turn: env ## What happened to an answer: make turn ID=<turn, chat or request> [HTML=turn.html] [OPTIONS="--with-texts"]
	@$(READ_OPTIONS); $(TURNS) show "$$ID" $${HTML:+--html "$$HTML"} $${options[@]+"$${options[@]}"}

turns: env ## Which turns think now, since when, until when
	@$(TURNS) list

stop: env ## Stop a turn; the app shows why: make stop TURN=... REASON="..."
	@$(TURNS) stop "$$TURN" --reason "$$REASON"

## Prove that the code keeps its promises

check: format lint types architecture terraform-check ## Format, lint, types, architecture, Terraform: nothing is run

fix: env ## Format, and mend what the linters can mend
	@$(VENV_PYTHON) -m ruff check --fix --quiet . || true
	@$(VENV_PYTHON) -m ruff format .
	@scripts/terraform fmt -recursive . ../examples

# Side by side: the tests on a stack mostly wait, the others mostly compute.
test: env ## All tests: Python, JavaScript, Terraform, and end to end on a stack of their own
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line test-code test-waiting

test-all: env ## What runs every night: all tests at their full counts, then every long proof
	@scripts/env kotlin
	@ASYNC_CHAT_FULL=1 $(MAKE) --no-print-directory test
	@$(VENV_PYTHON) -m pytest -q -n auto benchmarks
	@$(VENV_PYTHON) -m tests all

format: env
	@$(VENV_PYTHON) -m ruff format --check .

lint: env
	@$(VENV_PYTHON) -m ruff check .

types: env
	@$(VENV_PYTHON) -m mypy
	@cd clients/python && ../../.venv/bin/python -m mypy
	@scripts/check-web

architecture: env
	@.venv/bin/lint-imports
	@$(VENV_PYTHON) -m pytest -q tests/architecture

terraform-check: terraform-init
	@scripts/terraform fmt -check -recursive . ../examples
	@$(CHECK_SETTINGS) scripts/terraform validate -no-color

# The service's module has a working folder of its own: its tests run in it.
terraform-init:
	@$(CHECK_SETTINGS) $(TERRAFORM_INIT)
	@TF_DATA_DIR=$(CURDIR)/.local/check-service ASYNC_CHAT_TERRAFORM_FOLDER=$(CURDIR)/terraform/modules/service $(TERRAFORM_INIT)

test-code:
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory test-terraform

test-waiting:
	@$(MAKE) --no-print-directory test-stack
	@$(MAKE) --no-print-directory test-web

# The architecture's tests are in `make check`.
test-python: env
	@scripts/env generators
	@$(VENV_PYTHON) -m pytest -q -n auto tests --ignore tests/e2e --ignore tests/local --ignore tests/pages --ignore tests/schemathesis --ignore tests/docs \
	  --ignore tests/terraform --ignore tests/runtime --ignore tests/npm --ignore tests/architecture
	@cd clients/python && ../../.venv/bin/python -m pytest -q -n auto

# The package is packed and the example built once, so in one process.
test-web: env
	@scripts/env react
	@cd clients/web && "$(NODE)" --test
	@$(VENV_PYTHON) -m pytest -q -n 0 tests/npm

test-terraform: env terraform-init
	@TF_DATA_DIR=$(CURDIR)/.local/check-bucket ASYNC_CHAT_TERRAFORM_FOLDER=$(CURDIR)/terraform/state-bucket $(TERRAFORM_INIT)
	@TF_DATA_DIR=$(CURDIR)/.local/check-consumer ASYNC_CHAT_TERRAFORM_FOLDER=$(CURDIR)/examples/terraform_consumer $(TERRAFORM_INIT)
	@$(CHECK_SETTINGS) scripts/test-terraform
	@$(VENV_PYTHON) -m pytest -q -n 2 tests/terraform

# Each of the two processes has a stack of its own. In this order, so that it starts while the local tools are tested.
test-stack: env terraform-init
	@scripts/env ministack schemathesis runtime
	@$(VENV_PYTHON) -m pytest -q -n 2 --no-loadscope-reorder --driver=http tests/local tests/runtime tests/e2e tests/features tests/pages tests/schemathesis tests/docs

accept: env ## Accept a deployed workspace: TF_WORKSPACE and two tokens (OPTIONS="--turns 20"; OPTIONS=--help)
	@$(READ_OPTIONS); $(VENV_PYTHON) -m tests accept $${options[@]+"$${options[@]}"}

plan-review: env ## IAM Access Analyzer over the policies of a saved plan; needs credentials (PLAN=prod.tfplan)
	@scripts/terraform show -json "$$PLAN" | $(VENV_PYTHON) -m scripts.plan_review -

## Build what is deployed and published

package: env ## Build the Lambda zip for AWS, build/lambda.zip (WORKSPACE=prod EXTRA="requirements.txt folder")
	@$(READ_EXTRAS); $(VENV_PYTHON) scripts/package.py $${WORKSPACE:+--workspace "$$WORKSPACE"} $${extras[@]+$(EXTRA_OPTIONS)}

docs: env ## Build the docs site into build/site; a broken link or anchor fails it
	@scripts/env docs
	@$(VENV_PYTHON) -m scripts.docs build

generate: env ## Regenerate openapi.json, Terraform's routes.json and the generated parts of the docs
	@$(VENV_PYTHON) -m scripts.openapi write
	@$(VENV_PYTHON) -m scripts.openapi check
	@$(VENV_PYTHON) -m scripts.terraform_docs
	@$(VENV_PYTHON) -m scripts.docs write

release: env ## Make what belongs to a release, build/release/: notes, zip, wheels, npm tarball, openapi.json
	@$(VENV_PYTHON) -m scripts.release

## Measure, and lock dependencies

bench: env ## Measure, and write build/bench (OPTIONS="--only size --quick"; OPTIONS=--help)
	@scripts/env runtime bench ministack peers
	@$(READ_OPTIONS); .local/bench/venv/bin/python -m benchmarks $${options[@]+"$${options[@]}"}

lock: env ## Lock the dependencies of pyproject.toml
	@lock() { .local/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --custom-compile-command 'make lock' -o requirements/"$$@"; }; \
	  lock src.txt pyproject.toml; \
	  lock agents.txt pyproject.toml --all-extras -c requirements/src.txt; \
	  lock dev.txt pyproject.toml --all-extras --group dev -c requirements/agents.txt; \
	  lock bench.txt pyproject.toml --group bench -c requirements/dev.txt; \
	  lock runtime.txt --group runtime -c requirements/dev.txt; \
	  for group in docs generators kotlin ministack peers scan schemathesis; do lock $$group.txt --group $$group; done; \
	  lock uv.txt requirements/uv.in

env:
	@scripts/env dev
