"""The AWS calls of each function, counted by the stub of AWS. A contract test holds the same figures."""

from benchmarks import story
from benchmarks.built import package
from benchmarks.record import Progress, Section, Table, measure
from benchmarks.starts import start
from benchmarks.stubs.running import aws
from domain.chat import Chat
from tests.support.lambda_runtime import running

TITLE = "AWS round trips"
HOW = (
    "The package as shipped, run by the real `awslambdaric`; the stub of AWS counts the calls. "
    "The worker runs agent `recall`, whose own reading of memories is counted separately. "
    "`tests/contract/test_round_trips.py` holds these figures, and those of every refusal."
)
MEMORIES = f"Query:{story.MEMORIES_TABLE}"


def run(*, quick: bool, progress: Progress) -> Section:
    """Counts do not vary, so one run is enough."""
    calls = {
        "ask": _counted("entrypoints.chat.handler", story.ASK, story.chat()),
        "poll": _counted("entrypoints.reads.handler", story.POLL, story.chat()),
        "worker run": _counted("entrypoints.chat.handler", story.WORK, story.waiting_chat()),
    }
    progress("counted")
    goals = {"ask": 2, "poll": 1, "worker run": 4}
    besides = {what: sum(count for name, count in found.items() if name != MEMORIES) for what, found in calls.items()}
    notes = {"worker run": "besides the agent"}
    measures = [measure(what, [count], "", goals[what], notes.get(what, "")) for what, count in besides.items()]
    rows = [[what, ", ".join(f"{count} {name}" for name, count in found.items())] for what, found in calls.items()]
    return Section("round_trips", TITLE, HOW, measures, [Table("Which", ["", "operations"], rows)])


def _counted(handler: str, event: dict[str, object], chat: Chat) -> dict[str, int]:
    with aws(story.answers(chat)) as stub, running(start(package(), handler, event, stub.url)) as function:
        function.invoke()
        return stub.counts()
