"""The page of results of an acceptance run, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from tests.acceptance.deployment import without_account
from tests.acceptance.measuring import Waits, percentiles
from tests.acceptance.scenarios import Outcome, ScenarioRun

#: What no run over HTTP can see.
UNSEEN: Final = (
    "alarms, their mails and the dashboard: `terraform plan` shows that they exist, a real failure that they ring",
    "the dead-letter queue, the redrive and a restored backup",
    "the throttles of API Gateway and the account's concurrency: a run does not send enough",
    "what it costs: the bill",
)
#: What the embedded AWS cannot show either.
EMULATED: Final = (
    (
        "this was the embedded AWS: cold starts, memory and processor time of Lambda, its logs and metrics, IAM conditions, "
        "and conflicts of transactions are not AWS's"
    ),
    "preflights are answered there before routing, on AWS by the route that matches",
)


def page_of_results(
    health: dict[str, str],
    with_agent: bool,
    preflights: Sequence[tuple[bool, str]],
    waits: Waits,
    scenarios: ScenarioRun,
    passed: bool,
    seconds: float,
) -> str:
    """The page of results, in Markdown, without account numbers and tokens."""
    host = urlsplit(str(scenarios.deployment.http.base_url)).hostname or ""
    emulated = host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")
    failed = [outcome for outcome in scenarios.outcomes if outcome.failure]
    figures = {
        "ask, to its 200": waits.ask,
        "pick-up: question stored to worker at work": waits.pick_up,
        "poll": waits.poll,
        "answer saved to answer seen": waits.saved_to_seen,
    }
    lines = [
        f"# Acceptance of workspace {health['workspace']}: {'passed' if passed else 'FAILED'}",
        "",
        (
            f"Version {health['version']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {seconds / 60:.0f} min, "
            f"{'with' if with_agent else 'without'} the acceptance agent."
        ),
        "",
        "## What a user waits for",
        "",
        f"{len(waits.ask)} turns one after another, {len(waits.poll)} polls; ends: {', '.join(sorted(set(waits.ends)))}.",
        "",
        "| | p50 | p95 |",
        "|---|---|---|",
        *(f"| {name} | {_millis(percentiles(values))} |" for name, values in figures.items() if values),
        "",
        "## Preflights",
        "",
        *(f"- {'ok' if fine else 'FAILED'}: {sentence}" for fine, sentence in preflights),
        *(["- no allowed origin was named (`--origin`), so none was tried"] if len(preflights) == 1 else []),
        "",
        f"## Scenarios: {len(scenarios.outcomes) - len(failed)} hold, {len(failed)} do not",
        "",
        *(_line(outcome) for outcome in scenarios.outcomes),
        "",
        "## Not known from this run",
        "",
        *(
            f"- {len(names)} scenarios, since {reason}: {'; '.join(names)}"
            for reason, names in scenarios.left_out.items()
        ),
        *(f"- {thing}" for thing in (*(EMULATED if emulated else ()), *UNSEEN)),
        "",
    ]
    return without_account("\n".join(lines))


def _millis(pair: tuple[float, float]) -> str:
    return " | ".join(f"{seconds * 1000:,.0f} ms" for seconds in pair)


def _line(outcome: Outcome) -> str:
    if outcome.failure is None:
        return f"- ok, {outcome.seconds:.1f} s: {outcome.name}"
    said = [line.removeprefix("E").strip() for line in outcome.failure.splitlines() if line.startswith("E ")]
    return f"- FAILED: {outcome.name}: {said[0] if said else outcome.failure.strip().splitlines()[-1]}"
