"""ChatRepository.save_question: what a client's name for an ask brings back."""

from datetime import timedelta

from domain.records import IdempotencyRecord
from tests.support.story import ALICE, BOB, UNKNOWN_CHAT, Story


def test_a_known_key_brings_back_what_it_stands_for_and_writes_nothing(story: Story) -> None:
    first, second = story.question(key=story.key()), story.question(key=story.key(fingerprint="another-body"))
    assert story.chats.save_question(first) is None
    past = IdempotencyRecord(first.turn.chat_id, first.message.message_id, "where-did-i-park")
    assert story.chats.save_question(second) == past
    assert story.chats.load(second.turn.chat_id) is None


def test_a_known_key_comes_before_every_refusal(story: Story) -> None:
    first = story.question(key=story.key(), limit=1)
    story.chats.save_question(first)
    for chat_id in (first.turn.chat_id, UNKNOWN_CHAT, None):  # busy, not found, too many
        past = story.chats.save_question(story.question(chat_id=chat_id, key=story.key(), limit=1))
        assert past is not None
        assert past.question_id == first.message.message_id


def test_two_keys_are_two_asks(story: Story) -> None:
    assert story.chats.save_question(story.question(key=story.key("tap-1"))) is None
    assert story.chats.save_question(story.question(key=story.key("tap-2"))) is None


def test_a_key_is_known_to_its_own_user_only(story: Story) -> None:
    story.chats.save_question(story.question(user=ALICE, key=story.key()))
    assert story.chats.save_question(story.question(user=BOB, key=story.key())) is None


def test_a_key_still_stands_a_second_before_it_expires(story: Story) -> None:
    story.chats.save_question(story.question(key=story.key()))
    story.clock.sleep(timedelta(hours=23, minutes=59, seconds=59))
    assert story.chats.save_question(story.question(key=story.key())) is not None


def test_an_expired_key_is_new_again(story: Story) -> None:
    story.chats.save_question(story.question(key=story.key()))
    story.clock.sleep(timedelta(hours=24))
    again = story.question(key=story.key())
    assert story.chats.save_question(again) is None
    known = story.chats.save_question(story.question(key=story.key()))
    assert known is not None
    assert known.question_id == again.message.message_id
