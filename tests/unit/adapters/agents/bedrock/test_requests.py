"""What ConverseStream is sent, by the kind of name that the model has, and what the prompt cache saves."""

import json
from typing import Any, Final
from urllib.parse import unquote

import pytest

from tests.fakes.bedrock.converse_server import answers, searches, stream, tool_use
from tests.support.bedrock_over_http import bedrock_over_http
from tests.support.people import alice_and_bob, memory
from tests.support.story import ALICE

FAMILY: Final = "anthropic.claude-sonnet-4-5-20250929-v1:0"
#: A model that refuses sampling settings, also `temperature: 0`.
STRICT_FAMILY: Final = "anthropic.claude-opus-4-8"
ACCOUNT: Final = "arn:aws:bedrock:eu-central-1:123456789012"
APPLICATION: Final = f"{ACCOUNT}:application-inference-profile/a1b2c3d4e5f6"
CACHE_POINT: Final = {"cachePoint": {"type": "default"}}

NAMES = {
    "model": ({"model_id": FAMILY}, FAMILY),
    "model's ARN": ({"model_id": f"arn:aws:bedrock:eu-central-1::foundation-model/{FAMILY}"}, None),
    "profile": ({"model_id": f"eu.{FAMILY}"}, f"eu.{FAMILY}"),
    "profile's ARN": ({"model_id": f"{ACCOUNT}:inference-profile/eu.{FAMILY}"}, None),
    "application profile": ({"model_id": FAMILY, "inference_profile": APPLICATION}, APPLICATION),
    "application profile of a profile": ({"model_id": f"eu.{FAMILY}", "inference_profile": APPLICATION}, APPLICATION),
}


def sent(**settings: Any) -> tuple[str, dict[str, Any]]:
    """The model that is called, and the body."""
    with bedrock_over_http(answers("Level 3."), **settings) as bedrock:
        bedrock.answer("Where did I park?")
    (body,) = bedrock.server.asked
    (path,) = bedrock.server.paths
    return unquote(path).removeprefix("/model/").removesuffix("/converse-stream"), body


def without_question(body: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in body.items() if name != "messages"}


@pytest.mark.parametrize(("settings", "called"), NAMES.values(), ids=NAMES)
def test_every_name_of_a_model_sends_the_same_request_to_that_name(
    settings: dict[str, str], called: str | None
) -> None:
    model, body = sent(**settings)
    assert model == (called or settings["model_id"])
    assert without_question(body) == without_question(sent(model_id=FAMILY)[1])
    assert body["toolConfig"]["toolChoice"] == {"auto": {}}


@pytest.mark.parametrize("settings", [settings for settings, _ in NAMES.values()], ids=NAMES)
def test_only_what_is_set_is_sent(settings: dict[str, str]) -> None:
    _, body = sent(**settings)
    assert body["inferenceConfig"] == {"maxTokens": 2_000}
    assert set(body) == {"messages", "system", "inferenceConfig", "toolConfig"}


@pytest.mark.parametrize("temperature", [0, 0.0, 0.7, 1])
def test_temperature_is_sent_when_set(temperature: float) -> None:
    assert sent(temperature=temperature)[1]["inferenceConfig"] == {"maxTokens": 2_000, "temperature": temperature}


@pytest.mark.parametrize("profile", ["", APPLICATION], ids=["by id", "by application profile"])
def test_model_that_takes_no_temperature_is_sent_none_by_any_name(profile: str) -> None:
    _, body = sent(model_id=STRICT_FAMILY, inference_profile=profile)
    assert body["inferenceConfig"] == {"maxTokens": 2_000}


@pytest.mark.parametrize("model", ["us.meta.llama3-3-70b-instruct-v1:0", "openai.gpt-oss-120b-1:0", "llama3.2:3b"])
def test_model_without_a_prompt_cache_is_sent_no_cache_points(model: str) -> None:
    assert "cachePoint" not in json.dumps(sent(model_id=model)[1])


# ---- the prompt cache

#: Anthropic's prices of a cached token and of one written to the cache, to one that is read anew.
CACHED, WRITTEN = 0.1, 1.25
#: Claude Sonnet's smallest prefix that is cached, in tokens; about four characters are one.
SMALLEST_PREFIX = 1_024
#: What Claude adds to a prompt with tools, in tokens: https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview
TOOL_PROMPT = 346


def billed_input(requests: list[dict[str, Any]], *, caches: bool = True) -> float:
    """Input tokens of all rounds at the price of one that is read anew.

    As Bedrock does: the prompt is tools, instructions, messages, in this order. A prefix that ends at a cache point is
    written; a later request that begins with the same prefix reads it.
    """
    billed, cache = 0.0, set[str]()
    for request in requests:
        blocks = [*request["toolConfig"]["tools"], *request["system"]]
        blocks += [
            {"role": message["role"], **block} for message in request["messages"] for block in message["content"]
        ]
        prompt, points = "x" * 4 * TOOL_PROMPT, []
        for block in blocks:
            if "cachePoint" in block:
                points.append(prompt)
            else:
                prompt += json.dumps(block)
        points = [point for point in points if caches and len(point) / 4 >= SMALLEST_PREFIX]
        read = max((len(prefix) for prefix in cache if prompt.startswith(prefix)), default=0)
        write = max((len(point) for point in points), default=0)
        billed += (read * CACHED + max(0, write - read) * WRITTEN + (len(prompt) - max(read, write))) / 4
        cache.update(points)
    return billed


def test_three_rounds_are_billed_a_quarter_less_with_the_prompt_cache(figure: Any) -> None:
    memories = alice_and_bob()
    notes = [
        memory(100 + number, f"Parked the car on level {number}, near the lift to the office.") for number in range(60)
    ]
    memories.put_many(ALICE, notes)
    around = stream(tool_use(0, "read_around", {"day": "2026-11-10", "days": 30}), stop="tool_use")
    with bedrock_over_http(searches("parked"), around, answers("Level 3."), memories=memories) as bedrock:
        bedrock.answer("Where did I park?")
    assert len(bedrock.server.asked) == 3
    plain, cached = (billed_input(bedrock.server.asked, caches=caches) for caches in (False, True))
    figure(f"input of three rounds: {plain:,.0f} tokens, billed as {cached:,.0f} with the prompt cache")
    assert cached <= 0.75 * plain


def test_each_round_caches_tools_instructions_and_messages_and_reads_the_rounds_before() -> None:
    with bedrock_over_http(searches("parked"), searches("car"), answers("Level 3.")) as bedrock:
        bedrock.answer("Where did I park?")
    for request in bedrock.server.asked:
        assert request["toolConfig"]["tools"][-1] == CACHE_POINT
        assert request["system"][-1] == CACHE_POINT
        assert request["messages"][-1]["content"][-1] == CACHE_POINT
        assert json.dumps(request).count("cachePoint") == 3, "an earlier point would change the prefix"
    first, second, third = (
        [[block for block in message["content"] if block != CACHE_POINT] for message in request["messages"]]
        for request in bedrock.server.asked
    )
    assert third[: len(second)] == second
    assert second[: len(first)] == first
