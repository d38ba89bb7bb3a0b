"""Stories of one turn, to be interrupted at any AWS call, and the actions that may run concurrently."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tests.faults.crash_points.app_client import AppClient
from tests.faults.crash_points.cloud import Cloud
from tests.faults.fault_rates import Killed

#: Longer than any deadline.
LONG: Final = timedelta(minutes=5)


@dataclass
class Scene:
    """One run's service, app and question."""

    cloud: Cloud
    app: AppClient
    question: str = field(init=False)

    def __post_init__(self) -> None:
        self.question = self.app.next_question()


Act = Callable[[Scene], None]


@dataclass(frozen=True)
class Story:
    """`prepare` runs undisturbed, `act` is interrupted. Undisturbed, the story ends with an answer if `answered`.

    Lambda retries the story's failed events `retries` times.
    """

    name: str
    act: Act
    prepare: Act = lambda scene: None
    answered: bool = True
    retries: int = 0


def _ask_and_follow(scene: Scene) -> None:
    scene.app.ask(scene.question)
    _follow(scene)


def _ask_and_hold(scene: Scene) -> None:
    scene.app.ask(scene.question)
    if scene.app.chat_id is not None:
        scene.app.follow(held=True)


def _follow(scene: Scene) -> None:
    if scene.app.chat_id is not None:
        scene.app.follow()


def _answered_before(scene: Scene) -> None:
    _ask_and_follow(scene)
    scene.question = scene.app.next_question()


def _failed_before(scene: Scene) -> None:
    scene.cloud.agent.raises = RuntimeError("no idea")
    _ask_and_follow(scene)
    scene.cloud.agent.raises = None


def _retry_and_follow(scene: Scene) -> None:
    scene.app.request("retry")
    _follow(scene)


def _request_at_once(action: str) -> Act:
    def act(scene: Scene) -> None:
        scene.app.ask(scene.question)
        if scene.app.chat_id is not None:
            scene.app.request(action)
        _follow(scene)

    return act


def _request_while_running(action: str, *, blocks: bool = False) -> Act:
    def prepare(scene: Scene) -> None:
        scene.cloud.agent.meanwhile = lambda: scene.app.request(action)
        scene.cloud.agent.blocks = blocks

    return prepare


def _stop_while_running(scene: Scene) -> None:
    def stop() -> None:
        if scene.app.chat_id is not None:
            scene.cloud.stop(scene.app.chat_id)

    scene.cloud.agent.meanwhile = stop


def _slow(scene: Scene) -> None:
    scene.cloud.agent.takes = timedelta(seconds=80)


def _broken(scene: Scene) -> None:
    scene.cloud.agent.raises = RuntimeError("no idea")


def _killing(scene: Scene) -> None:
    scene.cloud.agent.raises = Killed()


def _dead_on_start(scene: Scene) -> None:
    scene.cloud.dead_on_start = 1


STORIES: Final = (
    Story("a first question", _ask_and_follow),
    Story("a first question, and held polls", _ask_and_hold),
    Story("a further question", _ask_and_follow, _answered_before),
    Story("cancelled while queued", _request_at_once("cancel"), answered=False),
    Story("cancelled while running", _ask_and_follow, _request_while_running("cancel"), answered=False),
    Story(
        "cancelled while running, and the agent does not notice",
        _ask_and_follow,
        _request_while_running("cancel", blocks=True),
        answered=False,
    ),
    Story("stopped by an operator", _ask_and_follow, _stop_while_running, answered=False),
    Story("retried", _retry_and_follow, _failed_before),
    Story("the agent raises", _ask_and_follow, _broken, answered=False),
    Story("the agent is too slow", _ask_and_follow, _slow, answered=False),
    Story("the worker dies", _ask_and_follow, _killing, answered=False),
    Story("the worker dies at start, and Lambda retries", _ask_and_follow, _dead_on_start, retries=1),
    Story("deleted while queued", _request_at_once("delete"), answered=False),
    Story("deleted while running", _ask_and_follow, _request_while_running("delete"), answered=False),
)


def _time_passes(scene: Scene) -> None:
    """The process is frozen past the deadline, and the app polls meanwhile."""
    scene.cloud.clock.sleep(timedelta(seconds=71))
    _poll(scene)


def _poll(scene: Scene) -> None:
    if scene.app.chat_id is not None:
        scene.app.poll()


def _request(action: str) -> Act:
    def act(scene: Scene) -> None:
        if scene.app.chat_id is not None:
            scene.app.request(action)

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


#: Actions that run, from beginning to end, just before a call.
CONCURRENT: Final[dict[str, Act]] = {
    "a poll": _poll,
    "the same POST": _post_again,
    "the same event": _deliver_again,
    "a further question": _ask_further,
    "71 seconds and a poll": _time_passes,
    "cancel": _request("cancel"),
    "retry": _request("retry"),
    "delete": _request("delete"),
    "the failures queue": _give_up,
}
#: These must not prevent an answer.
HARMLESS: Final = frozenset({"a poll", "the same POST", "the same event"})
#: Possible before the app knows the chat's id.
WITHOUT_CHAT_ID: Final = ("the same POST", "71 seconds and a poll")


def close(scene: Scene) -> None:
    """Let everything end, then ask an undisturbed question in the same chat."""
    cloud, app = scene.cloud, scene.app
    _follow(scene)
    cloud.record_miscounted_runs(app.user)
    if app.chat_id is not None:
        cloud.record_kept_slots()
    cloud.clock.sleep(LONG)
    if app.chat_id is None:
        return
    app.poll()
    if cloud.history.hidden:
        return
    cloud.agent.begin(cloud.history)
    app.ask(app.next_question())
    cloud.clock.sleep(LONG)
    app.poll()
    cloud.history.afterwards.append(cloud.history.shown[-1])
