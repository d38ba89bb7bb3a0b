"""The functions over fakes of all ports."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.chat_service import ChatService, TurnPolicy
from domain.memory_service import MemoryService
from entrypoints.settings import Settings
from tests.fakes.agent import PacedAgent
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SequentialIds
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.fakes.observer import RecordingObserver
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.support.deployed import deploy
from tests.support.gateway import Gateway, worker_event
from tests.support.story import Story

SETTINGS = Settings(workspace="test", version="1.2.3", chats_table="chats", memories_table="memories")


@dataclass
class Service:
    """Worker events wait in `invoker` until `run_worker`."""

    clock: FakeClock = field(default_factory=FakeClock)
    ids: SequentialIds = field(default_factory=SequentialIds)
    chats: InMemoryChatRepository = field(default_factory=InMemoryChatRepository)
    memories: InMemoryMemoryStore = field(default_factory=InMemoryMemoryStore)
    invoker: WaitingWorkerInvoker = field(default_factory=WaitingWorkerInvoker)
    observer: RecordingObserver = field(default_factory=RecordingObserver)
    settings: Settings = SETTINGS

    def __post_init__(self) -> None:
        self.agent = PacedAgent(self.clock, takes=timedelta(seconds=56))
        self.story = Story(self.chats, self.clock, self.ids)
        self.container = deploy(
            settings=self.settings,
            system_clock=self.clock,
            ids=self.ids,
            chats=self.chats,
            memories=self.memories,
            worker=self.invoker,
            observer=self.observer,
            agent=self.agent,
        )
        self.gateway = Gateway(self.container)

    @property
    def chat_service(self) -> ChatService:
        return self.container.chat_service()

    @property
    def memory_service(self) -> MemoryService:
        return self.container.memory_service()

    @property
    def policy(self) -> TurnPolicy:
        return self.settings.policy

    def run_worker(self, remaining: float = 90) -> None:
        """Deliver all waiting events, oldest first."""
        while self.invoker.waiting:
            self.gateway.work(worker_event(self.invoker.waiting.pop(0)), remaining)
