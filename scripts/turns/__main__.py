"""The commands: `show`, `list`, `stop`. Of the workspace in TF_WORKSPACE; without it, of the local stack."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from async_chat_client import plain
from botocore.exceptions import ClientError
from pydantic import ValidationError

from entrypoints.schemas.fields import ULID
from entrypoints.schemas.stop import STOP, StopTurn
from scripts.deployed import Deployed
from scripts.turns.log_search import Line, LogSearch, Window
from scripts.turns.slots import asked_at, holders
from scripts.turns.stored import StoredTurn, stored_turn
from scripts.turns.story import Moment, Story, tell
from scripts.turns.timeline import page

#: What an id may be: a chat's, a turn's, or a request's, which API Gateway or Lambda makes.
ID: Final = re.compile(r"[A-Za-z0-9_=-]{8,64}")


class Turns:
    """The commands over a deployed workspace."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._deadline = timedelta(seconds=deployed["deadline_seconds"])
        self._logs = LogSearch(deployed.client("logs"), deployed["log_group_names"])

    def story(self, id_: str, hours: float, *, with_texts: bool = False) -> Story | None:
        """Of the turn that has this id, or of the latest one of this chat or request; None for an unknown id.

        A request that has no turn has the story of its own lines.
        """
        lines = self._lines_of_turn(id_) if _is_ulid(id_) else []
        turn_id = id_ if any(line.fields.get("turn_id") == id_ for line in lines) else None
        if turn_id is None:
            found = self._logs.newest_with(id_, Window.last(hours))
            turn_id = next((str(line.fields["turn_id"]) for line in found if "turn_id" in line.fields), None)
            if turn_id is None:
                return tell(f"Request {id_}", found) if found else None
            lines = self._lines_of_turn(turn_id)
        chat_id = _chat_of(lines)
        lines += self._lines_of_requests(turn_id, lines)
        stored, note = self._stored(chat_id, turn_id, with_texts=with_texts)
        story = tell(f"Turn {turn_id} of chat {chat_id}", lines, stored, with_texts=with_texts)
        story.notes.extend([note] if note else [])
        return story

    def _window(self, turn_id: str) -> Window:
        return Window.of_turn(asked_at(turn_id), self._deadline)

    def _lines_of_turn(self, turn_id: str) -> list[Line]:
        sources = ("chat", "worker", "reads", "edits", "failures")
        found = self._logs.lines_with(turn_id, self._window(turn_id), sources)
        return [line for line in found if line.mentions(turn_id)]

    def _lines_of_requests(self, turn_id: str, lines: list[Line]) -> list[Line]:
        """What API Gateway and Lambda logged of the question and of the worker; their lines have no turn's id."""
        window, found = self._window(turn_id), []
        for message, sources in (("turn queued", ("api", "chat")), ("turn running", ("chat", "worker"))):
            request = next(
                (str(line.fields.get("request_id")) for line in lines if line.fields.get("message") == message), ""
            )
            found += self._logs.lines_with(request, window, sources) if request else []
        return found

    def _stored(self, chat_id: str, turn_id: str, *, with_texts: bool) -> tuple[StoredTurn | None, str]:
        """What the table holds of this turn, or why nothing of it is told."""
        table = self._deployed["table_names"]["chats"]
        try:
            stored = stored_turn(self._deployed.client("dynamodb"), table, chat_id, with_texts=with_texts)
        except PermissionError as refusal:
            return None, f"{refusal}: this is what the logs say."
        if stored is None:
            return None, "The chat is deleted."
        return (stored, "") if stored.turn_id == turn_id else (None, f"The chat's latest turn is {stored.turn_id}.")

    def list(self) -> str:
        """All turns that hold a slot now."""
        now, table = datetime.now(UTC), self._deployed["table_names"]["chats"]
        turns = self._deployed["max_concurrent_turns"]
        found = [one for one in holders(self._deployed.client("dynamodb"), table, turns) if one.deadline > now]
        return "\n".join(
            [*(holder.line(now) for holder in found), f"{len(found)} of {turns or 'any number of'} slots are taken"]
        )

    def stop(self, turn_id: str, reason: str) -> str:
        """Stops the turn; returns its status, which says whether it had ended before."""
        lines = self._lines_of_turn(turn_id)
        if not lines:
            sys.exit("The logs hold no turn with this id.")
        wanted = StopTurn(chat_id=_chat_of(lines), turn_id=turn_id, reason=reason)
        reply = self._deployed.invoke("failures", {STOP: wanted.model_dump()})
        return f"{turn_id}: {reply['status'] or 'not the latest turn of its chat, so that it has ended'}"


def _chat_of(lines: list[Line]) -> str:
    return next((str(line.fields["chat_id"]) for line in lines if "chat_id" in line.fields), "")


def _is_ulid(id_: str) -> bool:
    return re.fullmatch(ULID, id_) is not None


def as_text(story: Story) -> str:
    """The story for a terminal: a line a moment, after the seconds since the first."""
    start = story.moments[0].began if story.moments else None
    return "\n".join(
        (
            story.title,
            *(_line(moment, start) for moment in story.moments if start),
            *story.notes,
            *(f"\n{whose}:\n{words}" for whose, words in story.texts),
        )
    )


def _line(moment: Moment, start: datetime) -> str:
    return f"{(moment.shown_at - start).total_seconds():10.3f} s  {moment.what:24}  {moment.detail}".rstrip()


def main(arguments: list[str]) -> None:
    """Exits with 1 when the id is unknown."""
    given = _parser().parse_args(arguments)
    try:
        turns = Turns(Deployed.current(given.outputs))
        match given.command:
            case "show":
                _show(turns, given)
            case "list":
                print(turns.list())
            case "stop":
                print(turns.stop(given.turn, given.reason))
    except ClientError as error:
        sys.exit(f"{error.operation_name}: {error.response['Error']['Message']}")
    except ValidationError as error:
        sys.exit(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}")
    except TimeoutError as error:
        sys.exit(str(error))


def _show(turns: Turns, given: argparse.Namespace) -> None:
    story = turns.story(given.id, given.hours, with_texts=given.with_texts)
    if story is None:
        sys.exit(f"The logs of the last {given.hours:g} hours do not know {given.id}.")
    print(plain(as_text(story)))
    if given.html:
        given.html.write_text(page(story), encoding="utf-8")


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        raise argparse.ArgumentTypeError("the id of a turn, a chat or a request")
    return text


def _turn_id(text: str) -> str:
    if not _is_ulid(text):
        raise argparse.ArgumentTypeError("the id of a turn: `list` and `show` tell it")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.turns", description=__doc__)
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; default: terraform output")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="what happened to a turn, in order")
    show.add_argument("id", type=_id, metavar="ID", help="of a turn, a chat (its latest turn), or a request")
    show.add_argument("--hours", type=float, default=24, help="how far back a chat or a request is sought; default: 24")
    show.add_argument("--with-texts", action="store_true", help="with what people wrote: needs the right to read chats")
    show.add_argument("--html", type=Path, metavar="FILE", help="write it as a page with a timeline, too")
    commands.add_parser("list", help="the turns that hold a slot now")
    stop = commands.add_parser("stop", help="end a turn as cancelled")
    stop.add_argument("turn", type=_turn_id, metavar="TURN")
    stop.add_argument("--reason", required=True, help="the app shows it to the user")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
