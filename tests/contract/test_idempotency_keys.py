"""ChatRepository.save_question with idempotency keys."""

from datetime import timedelta

from domain.records import IdempotencyRecord
from tests.support.story import ALICE, BOB, UNKNOWN_CHAT, Story


def test_known_key_returns_its_record_and_writes_nothing(story: Story) -> None:
    first, second = story.question(key=story.key()), story.question(key=story.key(fingerprint="another-body"))
    assert story.chats.save_question(first) is None
    past = IdempotencyRecord(first.turn.chat_id, first.message.message_id, "where-did-i-park")
    assert story.chats.save_question(second) == past
    assert story.chats.load(second.turn.chat_id) is None


def test_known_key_returns_its_record_where_a_new_ask_would_be_refused(story: Story) -> None:
    first = story.question(key=story.key(), limit=1)
    story.chats.save_question(first)
    for chat_id in (first.turn.chat_id, UNKNOWN_CHAT, None):  # busy, not found, too many
        past = story.chats.save_question(story.question(chat_id=chat_id, key=story.key(), limit=1))
        assert past is not None
        assert past.question_id == first.message.message_id


def test_different_keys_are_different_asks(story: Story) -> None:
    assert story.chats.save_question(story.question(key=story.key("tap-1"))) is None
    assert story.chats.save_question(story.question(key=story.key("tap-2"))) is None


def test_same_key_of_another_user_is_another_ask(story: Story) -> None:
    story.chats.save_question(story.question(user=ALICE, key=story.key()))
    assert story.chats.save_question(story.question(user=BOB, key=story.key())) is None


def test_key_is_known_a_second_before_it_expires(story: Story) -> None:
    story.chats.save_question(story.question(key=story.key()))
    story.clock.sleep(timedelta(hours=23, minutes=59, seconds=59))
    assert story.chats.save_question(story.question(key=story.key())) is not None


def test_expired_key_can_be_used_again(story: Story) -> None:
    story.chats.save_question(story.question(key=story.key()))
    story.clock.sleep(timedelta(hours=24))
    again = story.question(key=story.key())
    assert story.chats.save_question(again) is None
    known = story.chats.save_question(story.question(key=story.key()))
    assert known is not None
    assert known.question_id == again.message.message_id
