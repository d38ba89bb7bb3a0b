"""The model's private thinking is neither answer nor draft, however the stream splits it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.bedrock.private_text import without_private_text
from domain.failure_codes import FailureCode
from tests.fakes.bedrock.converse_server import answers, says, stream, text
from tests.support.bedrock_over_http import bedrock_over_http

SECRET = "The person wants the car"
ANSWER = "Level 3, bay 12."
#: Around thinking, as models write it.
TAGS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<Think>", "</THINK>"),
    ('<thinking depth="2">', "</thinking>"),
    ("<think >", "</think >"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<analysis>", "</analysis>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<inner_monologue>", "</inner_monologue>"),
    ("<chain_of_thought>", "</chain_of_thought>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
]
tags = st.sampled_from(TAGS)
#: Without what begins a tag or an answer's tag; not blank at its ends, which are stripped.
words = st.text("abc de.,\n3äß", min_size=1, max_size=30).map(lambda said: f"a{said}z")


@pytest.mark.parametrize(("begin", "end"), TAGS)
@pytest.mark.parametrize("piece", [1, 3, 7, 200])
def test_thinking_in_a_reply_is_neither_answer_nor_draft(begin: str, end: str, piece: int) -> None:
    long = "You parked on level 3, bay 12, by the river. " * 4
    reply = stream(text(0, f"{begin}\n{SECRET}. {'Hm. ' * 40}{end}\n\n{long}", piece), stop="end_turn")
    with bedrock_over_http(reply) as bedrock:
        assert bedrock.answer().text == long.strip()
    assert bedrock.progress.drafts
    assert all(long.startswith(draft) for draft in bedrock.progress.drafts)


@pytest.mark.parametrize(("begin", "end"), TAGS)
def test_thinking_without_an_end_is_no_answer_and_asked_again(begin: str, end: str) -> None:
    with bedrock_over_http(says(f"{begin}{SECRET}"), says(f"{begin}x{end}{ANSWER}")) as bedrock:
        assert bedrock.answer().text == ANSWER
    assert len(bedrock.server.asked) == 2
    assert SECRET not in "".join(bedrock.progress.drafts)


def test_reply_of_nothing_but_thinking_fails_in_the_end() -> None:
    with bedrock_over_http(says(f"<think>{SECRET}")) as bedrock:
        assert bedrock.failure() == FailureCode.EMPTY_ANSWER
    assert len(bedrock.server.asked) == 3


@pytest.mark.parametrize("form", ["<think>{}</think>" + ANSWER, "{}</think>\n" + ANSWER, ANSWER + "<thinking>{}"])
def test_thinking_inside_the_answer_tool_is_taken_out(form: str) -> None:
    with bedrock_over_http(answers(form.format(SECRET))) as bedrock:
        assert bedrock.answer().text == ANSWER


def test_answer_tool_with_nothing_but_thinking_is_asked_again() -> None:
    with bedrock_over_http(answers(f"<think>{SECRET}</think>"), answers(ANSWER)) as bedrock:
        assert bedrock.answer().text == ANSWER


def test_thinking_that_goes_over_two_text_blocks_is_taken_out() -> None:
    reply = stream(
        text(0, f"<think>{'Hm. ' * 20}"), text(1, f"{SECRET}. {'Hm. ' * 20}</think>{ANSWER}"), stop="end_turn"
    )
    with bedrock_over_http(reply) as bedrock:
        assert bedrock.answer().text == ANSWER
    assert SECRET not in "".join(bedrock.progress.drafts)


@given(st.lists(st.tuples(words, st.none() | tags), min_size=1, max_size=6), st.booleans(), st.data())
def test_no_split_of_any_text_shows_thinking(
    segments: list[tuple[str, tuple[str, str] | None]], closed: bool, data: st.DataObject
) -> None:
    """Segments are for the person, or inside tags; the last block may stay open."""
    written, meant = "", ""
    for number, (said, tag) in enumerate(segments):
        if tag is None:
            written, meant = written + said, meant + said
        else:
            last = number == len(segments) - 1
            written += tag[0] + said.replace("a", "T").replace("z", "T") + (tag[1] if closed or not last else "")
    assert without_private_text(written) == meant.strip()
    cut = data.draw(st.integers(0, len(written)))
    draft = without_private_text(written[:cut], finished=False)
    assert "T" not in draft
    assert meant.lstrip().startswith(draft)


@given(st.text(), st.text(), tags)
def test_text_before_a_closing_tag_is_thinking(before: str, after: str, tag: tuple[str, str]) -> None:
    """The opening tag may stand in the prompt."""
    assert without_private_text(f"{before}{tag[1]}z{after}") == without_private_text(f"z{after}")


@given(st.text(st.characters(blacklist_characters="<[◁")))
def test_text_without_tags_is_unchanged(said: str) -> None:
    assert without_private_text(said) == said.strip()


@pytest.mark.parametrize(
    "said",
    [
        "Use a < b, or b > a.",
        "if x<y and y>z",
        "The list [1] is short [sic].",
        "You thought about <b>bold</b> text.",
        "She wrote: I think, therefore I am.",
        "Reasoning: none.",
        "<3 from Nora",
        "[x] done",
        "I was thinking of you.",
    ],
)
def test_ordinary_text_is_unchanged(said: str) -> None:
    assert without_private_text(said) == said


@pytest.mark.parametrize(
    "said",
    [f"<answer>{ANSWER}</answer>", f"<response>\n{ANSWER}\n</response>", f"{ANSWER}<|im_end|>", f"{ANSWER}<|eot_id|>"],
)
def test_tags_around_the_answer_are_taken_off(said: str) -> None:
    assert without_private_text(f"<think>hm</think>{said}") == without_private_text(said) == ANSWER
