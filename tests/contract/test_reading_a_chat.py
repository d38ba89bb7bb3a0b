"""ChatRepository.read and .load: consistent pages of a chat."""

from dataclasses import replace
from itertools import pairwise

import pytest

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from domain.chat import ChatVersion, Message, Role, Step, Turn, Usage
from domain.ports import ChatRepository
from domain.records import ChatPage, PageRequest
from tests.contract.conftest import DYNAMODB, IN_MEMORY, KEYED, fill
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.support.story import ALICE, BAY, PARKING, UNKNOWN_CHAT, Story, texts


def read(story: Story, chat_id: str, limit: int, *, after: str | None = None, before: str | None = None) -> ChatPage:
    page = story.chats.read(chat_id, PageRequest(limit, after, before))
    assert page is not None
    return page


def test_unknown_chat_is_none_for_every_read(story: Story) -> None:
    cursor = story.ids.new_id()
    pages = (PageRequest(50), PageRequest(50, after=cursor), PageRequest(50, before=cursor))
    assert [story.chats.read(UNKNOWN_CHAT, page) for page in pages] == [None, None, None]
    assert story.chats.load(UNKNOWN_CHAT) is None
    assert story.chats.version(UNKNOWN_CHAT) is None


def test_the_newest_page_comes_oldest_message_first(story: Story) -> None:
    page = read(story, story.talks(3), 4)
    assert texts(page) == ["Question 2", "Answer 2", "Question 3", "Answer 3"]
    assert (page.has_older, page.has_newer) == (True, False)


@pytest.mark.parametrize("limit", [6, 7, 100])
def test_a_page_that_holds_the_whole_chat_says_so(story: Story, limit: int) -> None:
    page = read(story, story.talks(3), limit)
    assert (len(page.messages), page.has_older, page.has_newer) == (6, False, False)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_page_never_holds_more_than_its_limit(story: Story, limit: int) -> None:
    chat_id = story.talks(3)
    first = read(story, chat_id, 100).messages[0].message_id
    pages = [read(story, chat_id, limit), read(story, chat_id, limit, after=first)]
    assert [len(page.messages) for page in pages] == [limit, min(limit, 5)]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_older_pages_show_every_message_once(story: Story, limit: int) -> None:
    chat_id = story.talks(3)
    page = read(story, chat_id, limit)
    seen = list(page.messages)
    while page.has_older:
        page = read(story, chat_id, limit, before=seen[0].message_id)
        assert page.has_newer
        assert page.messages, "has_older promised them"
        seen[:0] = page.messages
    assert seen == list(read(story, chat_id, 100).messages)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_newer_pages_show_every_message_once(story: Story, limit: int) -> None:
    chat_id = story.talks(3)
    whole = read(story, chat_id, 100).messages
    seen = [whole[0]]
    newer = True
    while newer:
        page = read(story, chat_id, limit, after=seen[-1].message_id)
        assert page.has_older
        seen += page.messages
        newer = page.has_newer
    assert seen == list(whole)


def test_page_after_the_newest_message_is_empty(story: Story) -> None:
    chat_id = story.talks(2)
    last = read(story, chat_id, 1).messages[0].message_id
    page = read(story, chat_id, 50, after=last)
    assert (page.messages, page.has_newer) == ((), False)
    assert page.chat.last_message_id == last


def test_a_poll_with_a_cursor_sees_the_answer_and_the_turns_end_together(story: Story) -> None:
    turn = story.asks()
    assert read(story, turn.chat_id, 50, after=turn.question_id).messages == ()
    answered = story.answers(turn)
    page = read(story, turn.chat_id, 50, after=turn.question_id)
    assert (texts(page), page.chat.turn) == ([BAY], answered)


def test_page_after_a_future_cursor_is_empty(story: Story) -> None:
    chat_id = story.talks(1)
    future = "7" + "Z" * 25
    assert read(story, chat_id, 50, after=future).messages == ()
    assert len(read(story, chat_id, 50, before=future).messages) == 2


def test_page_before_the_first_message_is_empty(story: Story) -> None:
    chat_id = story.talks(1)
    first = read(story, chat_id, 50).messages[0].message_id
    page = read(story, chat_id, 50, before=first)
    assert (page.messages, page.has_older, page.has_newer) == ((), False, True)


def test_messages_of_the_same_millisecond_keep_their_order(story: Story) -> None:
    chat_id = story.talks(20)
    page = read(story, chat_id, 100)
    assert len({message.created_at for message in page.messages}) == 1
    assert texts(page) == [text for number in range(1, 21) for text in (f"Question {number}", f"Answer {number}")]
    assert all(one.message_id < next_one.message_id for one, next_one in pairwise(page.messages))


def test_two_chats_do_not_mix(story: Story) -> None:
    parking, keys = story.asks(PARKING), story.asks("Where are my keys?")
    assert texts(story.newest(parking.chat_id)) == [PARKING]
    assert texts(story.newest(keys.chat_id)) == ["Where are my keys?"]


def version(story: Story, turn: Turn) -> ChatVersion:
    found = story.chats.version(turn.chat_id)
    assert found is not None
    return found


def test_version_is_what_a_read_shows(story: Story) -> None:
    turn = story.claims(story.asks())
    used = replace(turn, usage=Usage("model", 1, 900, 0, 80))
    story.chats.save_progress(used, (Step(story.clock.now(), "Searching"),), "Level 3")
    assert version(story, turn) == story.newest(turn.chat_id).chat.version
    assert version(story, turn).draft == "Level 3"
    story.answers(turn)
    assert version(story, turn) == story.newest(turn.chat_id).chat.version


@pytest.mark.parametrize("change", ["claims", "answers", "fails", "cancels", "step", "draft", "question"])
def test_every_change_that_a_poll_shows_changes_the_version(story: Story, change: str) -> None:
    turn = story.asks() if change != "question" else story.answers(story.asks())
    before = version(story, turn)
    match change:
        case "step":
            story.chats.save_progress(turn, (Step(story.clock.now(), "Searching"),), None)
        case "draft":
            story.chats.save_progress(turn, (), "Level 3")
        case "question":
            story.asks("And now?", chat_id=turn.chat_id)
        case _:
            getattr(story, change)(turn)
    assert version(story, turn) != before
    assert (version(story, turn).state != before.state) == (change not in {"step", "draft"})


def test_chat_that_is_deleted_or_marked_as_read_has_no_other_version(story: Story) -> None:
    turn = story.answers(story.asks())
    before = version(story, turn)
    story.chats.mark_read(turn.chat_id, ALICE)
    assert version(story, turn) == before
    story.chats.delete(turn.chat_id, ALICE)
    assert story.chats.version(turn.chat_id) is None


# moto takes ten seconds for the rule that the keyed store shows as well.
@pytest.mark.parametrize("chats", [IN_MEMORY, KEYED, pytest.param(DYNAMODB, marks=pytest.mark.full)], indirect=True)
def test_in_a_chat_of_ten_thousand_messages_the_newest_answer_is_on_the_first_page(
    story: Story, chats: ChatRepository
) -> None:
    turn = story.answers(story.asks(), "Answer 1")
    older = [
        Message(story.ids.new_id(), Role.USER, f"Old message {number}", story.clock.now()) for number in range(9_996)
    ]
    if isinstance(chats, InMemoryChatRepository):
        chats.messages[turn.chat_id].update({message.message_id: message for message in older})
    else:
        assert isinstance(chats, DynamoDbChatRepository)
        fill(chats._client, chats._table, turn.chat_id, older)
    story.answers(story.asks("And now?", chat_id=turn.chat_id), "The newest answer")
    page = read(story, turn.chat_id, 50)
    assert texts(page)[-3:] == ["Old message 9995", "And now?", "The newest answer"]
    assert (len(page.messages), page.has_older) == (50, True)
