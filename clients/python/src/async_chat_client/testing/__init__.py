"""A fake service for tests of apps that use this client: in memory, without real waiting, with faults on demand.

service = FakeService()
service.next_turns(ScriptedTurn(answer="Level 3, bay 12.", seconds=40))
service.disturb(unreachable, answers(500), on="/chats/messages")
assert service.client("alice").chat().ask("Where did I park?").answer().content == "Level 3, bay 12."
"""

from async_chat_client.testing._disturbances import Disturbance, Handler, answers, answers_lost, unreachable
from async_chat_client.testing._fake_chat import ScriptedTurn
from async_chat_client.testing._fake_service import FakeService
from async_chat_client.testing._fake_time import FakeTime

__all__ = [
    "Disturbance",
    "FakeService",
    "FakeTime",
    "Handler",
    "ScriptedTurn",
    "answers",
    "answers_lost",
    "unreachable",
]
