"""What is said to `recall` without being a question for the memories: greetings, thanks, "what can you do?"."""

import re
from typing import Final

from adapters.search.folding import folded

ABOUT: Final = (
    "I search your memories and quote what they say. "
    'Ask me about a person, a place, a thing or a day, for example "Where did I park the car?".'
)
_GREETINGS: Final = """
hello, hallo, hi, hiya, hey, heya, howdy, greetings, good morning, good afternoon, good evening, good day, morning,
how are you, how are you doing, how are things, how do you do, how is it going, hows it going, whats up,
guten morgen, guten tag, guten abend, grüß gott, grüezi, servus, moin, wie gehts, wie geht es dir, wie geht es ihnen,
bonjour, bonsoir, salut, ça va, comment ça va, comment allez vous, hola, buenos días, buenas tardes, buenas noches,
qué tal, cómo estás, olá, bom dia, boa tarde, tudo bem, ciao, buongiorno, buonasera, come stai, goedemorgen, hoi,
hej, god morgon, god morgen, hei, ahoj, dobrý den, cześć, dzień dobry, szia, merhaba, γεια σου, καλημέρα, shalom,
привет, здравствуйте, доброе утро, добрый день, مرحبا, السلام عليكم, שלום, नमस्ते, namaste, こんにちは,
おはようございます, 你好, 您好, 早上好, 안녕하세요
"""
_THANKS: Final = """
thanks, thank you, thx, cheers, much appreciated, well done, good job, danke, danke schön, vielen dank, merci,
merci beaucoup, gracias, muchas gracias, grazie, grazie mille, obrigado, obrigada, bedankt, dank je, dank je wel,
tack så mycket, tusen takk, dziękuję, děkuji, köszönöm, teşekkürler, ευχαριστώ, спасибо, شكرا, תודה, धन्यवाद,
ありがとう, ありがとうございます, 谢谢, 謝謝, 감사합니다
"""
_FAREWELLS: Final = """
bye, goodbye, bye bye, good night, see you, see you later, thats all, tschüss, auf wiedersehen, gute nacht, bis bald,
au revoir, adiós, hasta luego, arrivederci, tot ziens, hej då, do widzenia, до свидания, さようなら, 再见
"""
_CALLS: Final = """
test, testing, this is a test, just testing, ping, are you there, are you still there, are you here, are you awake,
are you working, do you work, does this work, is this working, anybody there, anyone there, is anybody there,
is anyone there, is somebody there, can you hear me, do you hear me, bist du da, jemand da, tu es là, estás ahí
"""
_QUESTIONS_ABOUT_IT: Final = """
what can you do, what can you do for me, what do you do, what can i do here, what can i do with this, what can i ask,
what can i ask you, what should i ask, what should i ask you, what are you, who are you, whats your name,
what is your name, what is this, how does this work, how do you work, how do i use this, are you a bot, are you human,
are you a robot, are you an ai, help, help me, can you help, can you help me, i need help, was kannst du,
was kann ich fragen, wer bist du, hilfe, que peux tu faire, qui es tu, qué puedes hacer, quién eres, cosa sai fare
"""
#: Words around the others.
_FILLERS: Final = """
there, again, all, everyone, everybody, you, my friend, friend, bot, robot, assistant, computer, async chat, please,
so, and, oh, ah, well, ok, okay, right, great, nice, cool, perfect, super, wonderful, very much, very, much, a lot,
so much, many, for now, for today, today, for your help, for the help, for the answer, for that, for everything,
just, i see, got it, that helps, that was helpful
"""
_REPLIES: Final = (
    (_GREETINGS, "Hello!"),
    (_THANKS, "You're welcome."),
    (_FAREWELLS, "Goodbye."),
    (_CALLS, "I am here."),
    (_QUESTIONS_ABOUT_IT, ""),
    (_FILLERS, None),
)
_WORD: Final = re.compile(r"\w+")


def reply_to(question: str) -> str | None:
    """What to answer if all of `question` is small talk; None for anything that may be about a memory."""
    words = _words(question)
    said: list[str] = []
    while words:
        length = next((length for length in range(min(_LONGEST, len(words)), 0, -1) if words[:length] in _PHRASES), 0)
        if not length:
            return None
        reply = _PHRASES[words[:length]]
        if reply is not None:
            said.append(reply)
        words = words[length:]
    return f"{said[0]} {ABOUT}".strip() if said else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(re.sub("['’]", "", text))))


_PHRASES: Final = {_words(phrase): reply for phrases, reply in _REPLIES for phrase in phrases.split(",")}
_LONGEST: Final = max(map(len, _PHRASES))
