"""Alarms, variables, commands and tests that the docs name exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import terraform_docs
from scripts.hcl import TERRAFORM, Module
from tests.__main__ import PROOFS
from tests.architecture.source import MODULE, ROOT, alarms_of_production

DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
#: Without CHANGELOG.md, which also names removed things.
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *DOCS.rglob("*.md"),
    *ROOT.glob("clients/*/README.md"),
    *ROOT.glob("examples/*.md"),
]
LINKED = [DOCS / f"{name}.md" for name in ("deploy", "operations", "security")]


def entries_of_alarms() -> set[str]:
    """The runbook entries that the alarms' descriptions name."""
    shared = {value for key, value in MODULE.entries() if key == "runbook"}
    own = (MODULE.locals[f"{kind}_alarms"] for kind in ("worker", "other", "share"))
    return shared.union(*own)


def runbook() -> dict[str, str]:
    section = OPERATIONS.split("\n## Alarms\n")[1].split("\n## ")[0]
    parts = re.split(r"^### (.+)$", section, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_alarms_and_runbook_entries_correspond() -> None:
    assert len(entries_of_alarms()) >= 12
    assert runbook().keys() == entries_of_alarms()


@pytest.mark.parametrize("entry", sorted(entries_of_alarms()))
def test_runbook_entry_has_at_least_20_words(entry: str) -> None:
    assert len(runbook()[entry].split()) >= 20


def test_a_model_is_enabled_before_anything_asks_it() -> None:
    """AWS subscribes a model's first caller, and the worker may not subscribe."""
    deploy = (DOCS / "deploy.md").read_text()
    enabled = deploy.index("python -m scripts.enable_model")
    assert deploy.index("--check", enabled) < deploy.index("python -m scripts.enable_model", enabled + 1)
    for later in ("scripts/terraform workspace new dev", "python -m scripts.smoke", "sign in, and ask"):
        assert enabled < deploy.index(later), later


#: The prefix in IAM's actions by a resource type's first word, where that is not the same word.
IAM_PREFIXES = {
    "apigatewayv2": "apigateway",
    "caller": "sts",
    "cognito": "cognito-idp",
    "cloudwatch_log": "logs",
    "cloudwatch_event": "events",
}
#: Data sources that call no service.
CALL_NOTHING = {"aws_partition", "aws_region"}


def iam_prefix(kind: str) -> str:
    first = kind.removeprefix("aws_")
    first = next(
        (name for name in ("cloudwatch_log", "cloudwatch_event") if first.startswith(f"{name}_")), first.split("_")[0]
    )
    return IAM_PREFIXES.get(first, first)


def test_deploy_page_names_the_actions_of_every_service_that_is_applied() -> None:
    table = (DOCS / "deploy.md").read_text().split("Whoever applies needs these actions")[1].split("\n## ")[0]
    named = set(re.findall(r"^\| `([a-z-]+)` \|", table, flags=re.MULTILINE))
    applied = {iam_prefix(kind) for kind in MODULE.kinds() - CALL_NOTHING if kind.startswith("aws_")}
    assert len(applied) >= 12
    assert named == applied


def test_terraform_page_is_up_to_date() -> None:
    assert (DOCS / "terraform.md").read_text() == terraform_docs.page(), "run make generate"


def test_terraform_page_lists_every_variable_and_output() -> None:
    root = Module(TERRAFORM)
    declared = [*MODULE.variables, *MODULE.outputs, *root.variables, *root.outputs]
    assert len(declared) >= 50
    page = terraform_docs.page()
    assert all(f"| `{name}` |" in page for name in declared)


def code_in(document: Path) -> str:
    """The shell blocks and inline code."""
    text = document.read_text()
    return "\n".join(
        [*re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL), *re.findall(r"`([^`\n]+)`", text)]
    )


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_make_targets_and_modules_named_in_the_docs_exist(document: Path) -> None:
    code = code_in(document)
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|[ ;|])make ([a-z][a-z-]*)", code, re.MULTILINE)) <= targets
    assert set(re.findall(r"python -m tests ([a-z-]+)", code)) <= {*PROOFS, "all"}
    for module in re.findall(r"python -m ((?:local|scripts|benchmarks|tests)[\w.]*)", code):
        file = ROOT / module.replace(".", "/")
        assert file.with_suffix(".py").exists() or (file / "__main__.py").exists(), module


def test_contributing_lists_every_proof() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert set(re.findall(r"\| `python -m tests ([a-z-]+)", text.replace("`make up`, then ", ""))) == PROOFS.keys()


def test_cost_pages_count_metrics_and_alarms() -> None:
    metrics, alarms = len(MODULE.locals["metrics"]), alarms_of_production()
    capacity, deploy = (" ".join((DOCS / f"{name}.md").read_text().split()) for name in ("capacity", "deploy"))
    # What the alarms cost, benchmarks/tests compares: an alarm over several metrics costs as much as they.
    assert f"{metrics} metrics {metrics * 0.3:.2f}, {alarms} alarms " in capacity
    assert f"{metrics * 0.3:.2f} for the {metrics} embedded metrics" in deploy
    assert f"more for {alarms} alarms" in deploy


def test_decision_on_provider_6_covers_every_resource_and_data_source() -> None:
    decision = (DOCS / "adr" / "0014-provider-5-until-6-is-tried.md").read_text()
    named = [name.replace("*", r"\w+") for name in re.findall(r"`(aws_[\w*]+)`", decision)]
    modules = [MODULE, Module(TERRAFORM), Module(TERRAFORM / "state-bucket")]
    used = {kind for module in modules for kind in module.kinds() if kind.startswith("aws_")}
    assert len(used) >= 30
    assert {kind for kind in used if not any(re.fullmatch(name, kind) for name in named)} == set()


@pytest.mark.parametrize("document", LINKED, ids=lambda path: path.name)
def test_every_link_has_a_target(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", LINKED, ids=lambda path: path.name)
def test_every_anchor_is_a_heading(document: Path) -> None:
    text = document.read_text()
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


# ---- tests that docs/security.md cites


def named_tests() -> Iterator[tuple[str, str]]:
    """File and test name; an empty name means the whole file."""
    yield from re.findall(r"`([\w./-]+\.(?:py|feature|hcl))(?:: ([^`]+))?`", (DOCS / "security.md").read_text())


def test_every_threat_cites_a_test() -> None:
    rows = [
        row for row in (DOCS / "security.md").read_text().splitlines() if row.startswith("| ") and "threat" not in row
    ]
    assert len(rows) >= 25
    for row in rows:
        assert re.search(r"`(tests|terraform)/|`python -m tests ", row.split("|")[3]), row


@pytest.mark.parametrize(("file", "name"), sorted(set(named_tests())))
def test_cited_test_exists(file: str, name: str) -> None:
    text = (ROOT / file).read_text()
    written = {".py": f"def {name}(", ".hcl": f'run "{name}"', ".feature": f": {name}"}[Path(file).suffix]
    assert not name or written in text
