"""What a user may do with one turn, told so that it can be cut off at any AWS call; and who may come in between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tests.faults.app_client import AppClient
from tests.faults.cloud import Cloud
from tests.faults.fault_rates import Killed

#: Longer than any deadline.
AGES: Final = timedelta(minutes=5)


@dataclass
class Scene:
    """The people and things of one run."""

    cloud: Cloud
    app: AppClient
    question: str = field(init=False)

    def __post_init__(self) -> None:
        self.question = self.app.next_question()


Act = Callable[[Scene], None]


@dataclass(frozen=True)
class Story:
    """`prepare` goes undisturbed, `act` is what gets disturbed. `answered`: by itself it ends with an answer.

    By itself Lambda runs the story's failed events again `retries` times.
    """

    name: str
    act: Act
    prepare: Act = lambda scene: None
    answered: bool = True
    retries: int = 0


def _ask_and_follow(scene: Scene) -> None:
    scene.app.ask(scene.question)
    _follow(scene)


def _follow(scene: Scene) -> None:
    if scene.app.chat_id is not None:
        scene.app.follow()


def _answered_before(scene: Scene) -> None:
    _ask_and_follow(scene)
    scene.question = scene.app.next_question()


def _broken_before(scene: Scene) -> None:
    scene.cloud.agent.raises = RuntimeError("no idea")
    _ask_and_follow(scene)
    scene.cloud.agent.raises = None


def _retry_and_follow(scene: Scene) -> None:
    scene.app.wish("retry")
    _follow(scene)


def _wish_at_once(wish: str) -> Act:
    def act(scene: Scene) -> None:
        scene.app.ask(scene.question)
        if scene.app.chat_id is not None:
            scene.app.wish(wish)
        _follow(scene)

    return act


def _wish_in_between(wish: str) -> Act:
    def prepare(scene: Scene) -> None:
        scene.cloud.agent.meanwhile = lambda: scene.app.wish(wish)

    return prepare


def _slow(scene: Scene) -> None:
    scene.cloud.agent.takes = timedelta(seconds=80)


def _broken(scene: Scene) -> None:
    scene.cloud.agent.raises = RuntimeError("no idea")


def _deadly(scene: Scene) -> None:
    scene.cloud.agent.raises = Killed()


def _stillborn(scene: Scene) -> None:
    scene.cloud.stillborn = 1


STORIES: Final = (
    Story("a first question", _ask_and_follow),
    Story("a further question", _ask_and_follow, _answered_before),
    Story("stopped while it waits", _wish_at_once("cancel"), answered=False),
    Story("stopped while it runs", _ask_and_follow, _wish_in_between("cancel"), answered=False),
    Story("retried", _retry_and_follow, _broken_before),
    Story("the agent breaks", _ask_and_follow, _broken, answered=False),
    Story("the agent is too slow", _ask_and_follow, _slow, answered=False),
    Story("the worker dies", _ask_and_follow, _deadly, answered=False),
    Story("the worker dies at birth, and another comes", _ask_and_follow, _stillborn, retries=1),
    Story("deleted while it waits", _wish_at_once("delete"), answered=False),
    Story("deleted while it runs", _ask_and_follow, _wish_in_between("delete"), answered=False),
)


def _time_passes(scene: Scene) -> None:
    """The process is frozen past the deadline, and somebody looks meanwhile."""
    scene.cloud.clock.sleep(timedelta(seconds=71))
    _poll(scene)


def _poll(scene: Scene) -> None:
    if scene.app.chat_id is not None:
        scene.app.poll()


def _wish(wish: str) -> Act:
    def act(scene: Scene) -> None:
        if scene.app.chat_id is not None:
            scene.app.wish(wish)

    return act


def _post_again(scene: Scene) -> None:
    scene.app.post(scene.question)


def _ask_further(scene: Scene) -> None:
    if scene.app.chat_id is not None:
        scene.app.post(scene.app.next_question())


def _deliver_again(scene: Scene) -> None:
    for event in scene.cloud.sent:
        scene.cloud.deliver(event)


def _give_up(scene: Scene) -> None:
    for event in scene.cloud.sent:
        scene.cloud.give_up(event)


#: What others do, from beginning to end, just before a call.
OTHERS: Final[dict[str, Act]] = {
    "a poll": _poll,
    "the same POST": _post_again,
    "the same event": _deliver_again,
    "a further question": _ask_further,
    "71 seconds and a poll": _time_passes,
    "cancel": _wish("cancel"),
    "retry": _wish("retry"),
    "delete": _wish("delete"),
    "the failures queue": _give_up,
}
#: These must not cost anybody an answer.
HARMLESS: Final = frozenset({"a poll", "the same POST", "the same event"})
#: What can be done by somebody who does not know the chat yet.
UNKNOWING: Final = ("the same POST", "71 seconds and a poll")


def close(scene: Scene) -> None:
    """Everything that is under way comes to its end, and the chat goes on with a question that nothing disturbs."""
    cloud, app = scene.cloud, scene.app
    _follow(scene)
    cloud.history.crowding.extend([cloud.slots_held(app.user)] if app.chat_id else [])
    cloud.clock.sleep(AGES)
    if app.chat_id is None:
        return
    app.poll()
    if cloud.history.hidden:
        return
    cloud.agent.begin(cloud.history)
    app.ask(app.next_question())
    cloud.clock.sleep(AGES)
    app.poll()
    cloud.history.afterwards.append(cloud.history.shown[-1])
