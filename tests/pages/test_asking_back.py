"""What the agent asks, and its choices."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import expect

from tests.pages.scripted_api import ScriptedApi


def test_a_choice_is_sent_as_the_answer_by_the_keyboard(show: Any) -> None:
    api = ScriptedApi().asked("When is the birthday of Anna?").asks_back("Which Anna?", "Anna B.", "<b>Anna K.</b>")
    page = show(api)
    group = page.tab.get_by_role("group", name="Which Anna?")
    expect(group.get_by_role("button")).to_have_text(["Anna B.", "<b>Anna K.</b>"])
    api.asked("Anna B.").answered("On 9 May.").ends()
    with page.tab.expect_request("**/memories/chat") as sent:
        group.get_by_role("button", name="Anna B.").press("Enter")
    body = json.loads(sent.value.post_data or "")
    assert (body["question"], body["answers"]) == ("Anna B.", api.messages[1]["message_id"])
    expect(page.answers.last).to_contain_text("On 9 May.")
    expect(group).to_have_count(0)
