"""How fast a warm ask is answered on the emulator: the figure says little about AWS."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from tests.features.app import App
from tests.features.http_driver import HttpDriver

ASKS = 9
PROMISED_SECONDS = 2


def test_a_warm_ask_is_answered_within_two_seconds(app: App, driver: HttpDriver, figure: Callable[[str], None]) -> None:
    driver.warm_up()
    took = []
    for number in range(ASKS):
        reply = app.ask("Alice", f"Question number {number}?")
        app.poll_to_the_end("Alice", app.accepted(reply))
        took.append(reply.took)
    figure(f"warm ask over HTTP: median {median(took) * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms of {ASKS}")
    assert median(took) < PROMISED_SECONDS
