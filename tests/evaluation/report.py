"""The measures as a table for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from tests.evaluation.measures import Measures

KINDS: Final = ("fact", "date", "change", "multi", "person", "neighbour", "paraphrase")


def table(measured: Sequence[Measures]) -> str:
    """A row for each agent: recall at 5 over all and by kind, rate of unanswerable questions left unanswered, seconds a question, failures.

    An agent that cites only five memories has the same recall at 20.
    """
    heads = ["agent", "recall@5", "@20", "nothing", *KINDS, "s/question", "failed"]
    rows = [heads, *(list(_cells(one)) for one in measured)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(cells))
        for cells in (list(zip(row, widths, strict=True)) for row in rows)
    )


def missed(one: Measures) -> Iterator[str]:
    """A line for each question that was not fully answered, or wrongly answered."""
    for result in one.results:
        question = result.question
        if result.recall() < 1 if question.expect else not result.correctly_unanswered:
            expected = ", ".join(sorted(question.expect)) or "nothing"
            cited = result.failure or ", ".join(result.cited[:5]) or "nothing"
            yield f"{question.id} {question.kind}: {question.question} expected {expected}, cited {cited}"


def _cells(one: Measures) -> Iterator[str]:
    yield one.agent
    yield f"{one.recall():.3f}"
    yield f"{one.recall(first=20):.3f}"
    yield f"{one.correctly_unanswered:.3f}"
    for kind in KINDS:
        yield f"{one.recall(kind):.2f}"
    yield f"{one.seconds:.3f}"
    yield str(one.failures)
