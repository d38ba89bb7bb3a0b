"""One browser for all tests of pages: Playwright cannot be started twice in a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Tests that need a Chromium are skipped without one, with the reason."""
    from playwright.sync_api import sync_playwright  # other tests do not need it

    from tests.pages.chromium import NoChromium, launch

    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except NoChromium as reason:
            pytest.skip(f"Page tests left out: {reason}")
        yield browser
        browser.close()
