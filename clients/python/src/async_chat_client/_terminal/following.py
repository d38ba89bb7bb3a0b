"""Follow a turn until it ends; Ctrl-C offers to stop it."""

from collections.abc import Callable
from typing import NoReturn

import typer

from async_chat_client._chat import Turn
from async_chat_client._plain_text import plain
from async_chat_client._terminal.exits import Exit
from async_chat_client._terminal.live import LiveTurn
from async_chat_client._terminal.screen import Screen
from async_chat_client.errors import StillThinking, TurnCancelled
from async_chat_client.updates import Answered, Cancelled, Failed, NeedsInput

CHOICES = "[s] stop the turn   [l] leave it running   [Enter] keep watching: "


def follow(begin: Callable[[], Turn], screen: Screen, timeout: float | None) -> None:
    """Begin a turn and show it until it ends. Exits the command if it ends without an answer."""
    view, turn = LiveTurn(screen.err), None
    while turn is None or turn.end is None:
        try:
            with view:
                turn = turn or _begun(begin, view)
                for update in turn.updates(timeout):
                    view.take(update)
        except KeyboardInterrupt:
            if turn is None:
                raise
            _interrupted(turn, screen)
        except StillThinking as still:
            _show_thinking(still.chat_id, screen)
            raise typer.Exit(Exit.STILL_THINKING) from None
    show_end(turn, screen)


def _begun(begin: Callable[[], Turn], view: LiveTurn) -> Turn:
    turn = begin()
    view.phase("queued")
    return turn


def show_end(turn: Turn, screen: Screen) -> None:
    """Show how the turn ended. Exits the command if it ended without an answer."""
    match turn.end:
        case Answered(message=message):
            if screen.as_json:
                screen.result({"chat_id": turn.chat_id, "status": "answered", "message": message})
                return
            screen.message(message)
            screen.note(f'Continue: async-chat ask --chat {turn.chat_id} "…"')
        case NeedsInput(request=request, message=message):
            if screen.as_json:
                screen.result({"chat_id": turn.chat_id, "status": "needs_input", "input": request})
            else:
                screen.message(message)
                for choice in request.choices:
                    screen.say(f"- {plain(choice)}")
                screen.note(f'Answer: async-chat ask --chat {turn.chat_id} --answers {request.input_id} "…"')
            raise typer.Exit(Exit.NEEDS_INPUT)
        case Failed(code=code, message=text):
            _leave(turn, screen, text, Exit.FAILED, {"status": "failed", "error": {"code": code, "message": text}})
        case Cancelled(reason=reason):
            why = {"cancel_reason": reason} if reason else {}
            _leave(turn, screen, str(TurnCancelled(reason)), Exit.CANCELLED, {"status": "cancelled", **why})


def _leave(turn: Turn, screen: Screen, text: str, code: Exit, ended: dict[str, object]) -> NoReturn:
    if screen.as_json:
        screen.result({"chat_id": turn.chat_id, **ended})
    else:
        screen.note(text, "red")
        screen.note(f"Retry: async-chat retry {turn.chat_id}")
    raise typer.Exit(code)


def _interrupted(turn: Turn, screen: Screen) -> None:
    """After Ctrl-C a person chooses. Without a person, the command ends and the turn continues."""
    if not screen.interactive:
        _show_thinking(turn.chat_id, screen)
        raise typer.Exit(Exit.INTERRUPTED)
    choice = _choose(screen)
    if choice == "s":
        turn.cancel()
    elif choice == "l":
        _show_thinking(turn.chat_id, screen)
        raise typer.Exit(Exit.STILL_THINKING)


def _choose(screen: Screen) -> str:
    try:
        return screen.err.input(f"\n{CHOICES}", markup=False).strip().lower()[:1]
    except (KeyboardInterrupt, EOFError):
        screen.err.print()
        return "l"


def _show_thinking(chat_id: str, screen: Screen) -> None:
    if screen.as_json:
        screen.result({"chat_id": chat_id, "status": "thinking"})
    else:
        screen.note(f"The turn continues: async-chat show --watch {chat_id}")
