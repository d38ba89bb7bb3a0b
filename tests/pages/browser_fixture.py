"""One browser for all tests that look at pages: Playwright cannot be started twice in a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Without a Chromium the tests that need one are left out, and say so."""
    from playwright.sync_api import sync_playwright  # not for tests that look at no page

    from tests.pages.chromium import NoChromium, launch

    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except NoChromium as reason:
            pytest.skip(f"Page tests left out: {reason}")
        yield browser
        browser.close()
