"""A greeting is answered with what `recall` can do; whatever may be about a memory is searched."""

import pytest

from adapters.agents.recall_agent import RecallAgent
from adapters.agents.small_talk import ABOUT, reply_to
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.clock import FakeClock
from tests.support.people import alice_and_bob, asking

SMALL_TALK = {
    "Hello!": ["hello", "Hello", "HELLO!!!", "hi", "Hi there", "hey", "Hey, hello again :)", "hiya", "  hello \n"],
    "Hello! (day)": ["good morning", "Good evening, everyone", "Good afternoon!", "morning", "How are you today?"],
    "Hello! (more)": ["Hello, can you help me?", "Hi! What's up?", "hello hello", "ＨＥＬＬＯ", "Hello 👋"],
    "Hello! (other)": ["Guten Morgen", "Grüß Gott", "Moin moin", "Wie geht's?", "Bonjour !", "Salut, ça va ?", "Hola"],
    "Hello! (others)": ["¡Buenos días!", "Olá, tudo bem?", "ciao", "Hej", "Dzień dobry", "привет", "مرحبا", "שלום"],
    "Hello! (far)": ["नमस्ते", "こんにちは", "你好", "안녕하세요", "Γεια σου", "Καλημέρα!"],
    "You're welcome.": ["thanks", "Thank you!", "Thank you so much", "thx", "Great, thanks a lot!", "many thanks"],
    "You're welcome. (for)": ["Thanks for your help", "Perfect, thank you for that.", "ok thanks", "well done"],
    "You're welcome. (other)": [
        "Vielen Dank",
        "merci beaucoup",
        "muchas gracias",
        "спасибо",
        "ありがとう",
        "谢谢",
        "धन्यवाद",
    ],
    "Goodbye.": ["bye", "Bye bye!", "Good night", "That's all for today", "Tschüss", "au revoir", "adiós"],
    "I am here.": ["are you there?", "Is anybody there?", "test", "Testing, testing", "This is a test.", "ping"],
    "": ["What can you do?", "what can I ask you", "Who are you?", "help", "How does this work?", "Was kannst du?"],
}
ABOUT_MEMORIES = [
    "Who said hello to Anna?",
    "Hi-fi serial number?",
    "Hello Fresh box: when does it come?",
    "hello kitty mug",
    "Hey, where did I park the car?",
    "Hi! When is the dentist?",
    "Good morning, what did I do last week?",
    "Which good morning song did Clara play?",
    "To whom do I owe thanks?",
    "Thanks to whom did we get the flat?",
    "Thank-you card for Mrs Boudreau",
    "When is Thanksgiving?",
    "What can you do with quinoa?",
    "What can you tell me about Anna?",
    "Who are you going with?",
    "Who is Ping?",
    "ping pong",
    "Test results",
    "When was the driving test?",
    "blood test today",
    "Who can help me with the roof?",
    "help desk number",
    "Are you there, God? Who lent me that book?",
    "Is anybody there allergic to nuts?",
    "How are you supposed to prune roses?",
    "What is this rash?",
    "Salut, où est ma voiture ?",
    "Ciao Bella, address",
    "Where did I see the Moin sign?",
    "yo-yo",
    "Nice",
    "ok",
    "all",
    "today",
    "",
    "???",
    "Cheers, which pub was it?",
    "Hej, var är nyckeln?",
    "你好吗餐厅",
    "What's your name for the boat?",
    "Good night light: which bulb?",
    "Smoke test: are you there?",
]


@pytest.mark.parametrize(("reply", "text"), [(reply, text) for reply, texts in SMALL_TALK.items() for text in texts])
def test_small_talk_is_answered_with_what_the_agent_can_do(reply: str, text: str) -> None:
    assert reply_to(text) == f"{reply.partition(' (')[0]} {ABOUT}".strip()


@pytest.mark.parametrize("text", ABOUT_MEMORIES)
def test_what_may_be_about_a_memory_is_searched(text: str) -> None:
    assert reply_to(text) is None


def test_the_agent_cites_and_searches_nothing_for_a_greeting() -> None:
    memories, progress = alice_and_bob(), RecordingProgressReporter()
    answer = RecallAgent(memories, FakeClock()).reason(asking("Good morning!"), progress)
    assert (answer.text, answer.citations) == (f"Hello! {ABOUT}", ())
    assert progress.steps == []


def test_the_agent_searches_for_a_question_with_a_greeting() -> None:
    progress = RecordingProgressReporter()
    answer = RecallAgent(alice_and_bob(), FakeClock()).reason(asking("Hello! Where did I park?"), progress)
    assert "level 3, bay 12" in answer.text
    assert progress.steps[0].startswith("Searching")
