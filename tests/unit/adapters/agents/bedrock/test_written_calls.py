"""Tool calls that a model writes as text are read as the calls that they are, or it is asked again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.bedrock.tools import TOOLS
from adapters.agents.bedrock.written_calls import UnreadableCall, before_a_call, written_calls
from domain.chat import Citation
from domain.failure_codes import FailureCode
from tests.fakes.bedrock.converse_server import answers, says, searches, stream, text
from tests.support.bedrock_over_http import bedrock_over_http
from tests.support.people import PARKED

ANSWER = "Level 3, bay 12."
KNOWN = (*TOOLS, "answer")


def read(said: str) -> list[tuple[str, dict[str, Any]]]:
    return written_calls(said, KNOWN, "answer")


def forms(name: str, arguments: dict[str, Any]) -> dict[str, str]:
    """One call in the forms that models write."""
    inner = json.dumps(arguments)
    llama = json.dumps({"name": name, "parameters": arguments})
    hermes = json.dumps({"name": name, "arguments": arguments})
    openai = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": inner}}
    return {
        "Llama": llama,
        "Llama with a token": f"<|python_tag|>{llama}",
        "Llama 3.1": f"<function={name}>{inner}</function>",
        "typed": json.dumps({"type": "function", "name": name, "parameters": arguments}),
        "Hermes": f"<tool_call>\n{hermes}\n</tool_call>",
        "Mistral": f"[TOOL_CALLS] [{hermes}]",
        "Mistral 2025": f"[TOOL_CALLS]{name}[ARGS]{inner}",
        "Functionary": f"functools[{hermes}]",
        "OpenAI": json.dumps(openai),
        "OpenAI's message": json.dumps({"role": "assistant", "tool_calls": [openai]}),
        "arguments as text": json.dumps({"name": name, "arguments": inner}),
        "namespace": json.dumps({"name": f"functions.{name}", "arguments": arguments}),
        "list": f"[{llama}]",
        "input": json.dumps({"tool": name, "input": arguments}),
        "ReAct": f"Action:\n```json\n{json.dumps({'action': name, 'action_input': arguments})}\n```",
        "Converse": json.dumps({"toolUse": {"toolUseId": "t", "name": name, "input": arguments}}),
        "by key": json.dumps({name: arguments}),
        "flat": json.dumps({"name": name, **arguments}),
        "fence": f"```json\n{llama}\n```",
        "fence without a language": f"```\n{llama}\n```",
        "white space": f"\n  {llama}  \n",
        "indented": json.dumps({"name": name, "parameters": arguments}, indent=2),
        "after words": f"Here is the call: {llama}",
        "before words": f"{llama}\nI hope that helps.",
    }


FORMS = forms("answer", {"text": ANSWER, "citations": []})


@pytest.mark.parametrize("said", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("piece", [1, 5, 400])
def test_written_answer_is_the_answer(said: str, piece: int) -> None:
    with bedrock_over_http(stream(text(0, said, piece), stop="end_turn")) as bedrock:
        assert bedrock.answer().text == ANSWER
    assert not any("{" in draft for draft in bedrock.progress.drafts)


@pytest.mark.parametrize("said", forms("search_memories", {"phrasings": ["parked"]}).values(), ids=FORMS)
def test_written_search_is_carried_out(said: str) -> None:
    with bedrock_over_http(says(said), answers(ANSWER, ("m1", "level 3"))) as bedrock:
        assert bedrock.answer().citations == (Citation(PARKED.memory_id, "level 3"),)
    assert 'Searching memories for "parked"' in bedrock.progress.steps


def test_written_answer_keeps_its_citations() -> None:
    said = json.dumps({"text": ANSWER, "citations": [{"memory": "m1", "quote": "level 3"}]})
    with bedrock_over_http(searches("parked"), says(said)) as bedrock:
        assert bedrock.answer().citations == (Citation(PARKED.memory_id, "level 3"),)


def test_written_call_after_thinking_is_read() -> None:
    with bedrock_over_http(says(f"<think>I call answer.</think>{FORMS['Llama']}")) as bedrock:
        assert bedrock.answer().text == ANSWER


UNREADABLE = {
    "cut off": '{"name": "answer", "parameters": {"text": "Level',
    "quotes missing": '{"name": "answer", "parameters": {"text": Level 3}}',
    "unknown tool": '{"name": "forget_memory", "parameters": {"memory": "m1"}}',
    "arguments are a list": '{"name": "answer", "parameters": ["Level 3"]}',
    "arguments are no JSON": '{"name": "answer", "arguments": "Level 3"}',
    "Python": 'answer(text="Level 3, bay 12.")',
    "Python in a list": '[search_memories(phrasings=["car"])]',
    "other JSON": '{"result": "Level 3"}',
    "empty object": "{}",
    "empty list": "[]",
    "empty call": "<tool_call></tool_call>",
    "cut in words": 'Let me answer: {"name": "answer", "parameters": {"text',
}


@pytest.mark.parametrize("said", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_call_is_asked_again(said: str) -> None:
    with bedrock_over_http(says(said), answers(ANSWER)) as bedrock:
        assert bedrock.answer().text == ANSWER
    assert len(bedrock.server.asked) == 2


def test_model_that_only_writes_unreadable_calls_fails_as_malformed() -> None:
    with bedrock_over_http(says(UNREADABLE["cut off"])) as bedrock:
        assert bedrock.failure() == FailureCode.MALFORMED_ANSWER
    assert len(bedrock.server.asked) == 3


def test_call_inside_the_answer_tool_is_asked_again() -> None:
    with bedrock_over_http(answers(FORMS["Llama"]), answers(ANSWER)) as bedrock:
        assert bedrock.answer().text == ANSWER


@pytest.mark.parametrize(
    "said",
    [
        "You parked on level 3 (bay 12).",
        "[m3] says level 3.",
        'You noted the settings {"theme": "dark"} in May.',
        "The name: answer, the tool: a hammer.",
        "{curly} was the word.",
        "Use `f(x)` as you wrote.",
        "1. Search memories\n2. Answer",
        "```\nmake run\n```",
    ],
)
def test_ordinary_text_is_no_call(said: str) -> None:
    assert read(said) == []


@given(st.text())
def test_any_text_is_read_or_refused(said: str) -> None:
    try:
        assert read(said) == []
    except UnreadableCall:
        assert any(character in said for character in "{[(<")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=10), json_values, max_size=4), st.sampled_from(KNOWN), st.data())
def test_call_with_any_arguments_is_read_in_any_form(arguments: dict[str, Any], name: str, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["Llama", "Hermes", "OpenAI", "arguments as text", "list", "fence", "Converse"]))
    assert read(forms(name, arguments)[form]) == [(name, arguments)]


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_no_prefix_of_a_call_is_a_draft(form: str, data: st.DataObject) -> None:
    prefix = FORMS[form][: data.draw(st.integers(0, len(FORMS[form])))]
    assert not {"{", '"'} & set(before_a_call(prefix))


@given(json_values)
def test_nothing_but_json_is_never_ordinary_text(value: object) -> None:
    if isinstance(value, dict):
        with pytest.raises(UnreadableCall):
            read(json.dumps(value))
