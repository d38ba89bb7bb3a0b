"""Commands about chats."""

from itertools import islice
from typing import Annotated, Literal

import typer
from rich.text import Text

from async_chat_client._chat import Turn
from async_chat_client._models import ChatSummary, Page
from async_chat_client._plain_text import plain
from async_chat_client._terminal.command import Terminal, command, read_stdin
from async_chat_client._terminal.following import follow
from async_chat_client._terminal.screen import local_time
from async_chat_client.errors import AsyncChatError

app = typer.Typer()

ChatName = Annotated[str, typer.Argument(metavar="CHAT", help="A chat's id, or `last`.")]
InChat = Annotated[str | None, typer.Option("--chat", metavar="CHAT", help="Ask in this chat; `last` is the newest.")]
Timeout = Annotated[
    float | None, typer.Option(min=0, help="Seconds to wait at most; by default, until the turn's deadline.")
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Print the chat's id and do not wait for the answer.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="Maximum number.")]
STATUS_STYLES = {
    "thinking": "cyan",
    "answered": "green",
    "needs_input": "yellow",
    "failed": "red",
    "cancelled": "yellow",
}
WHO = {"user": "You", "assistant": "Answer"}


@command(app)
def ask(
    terminal: Terminal,
    question: Annotated[str, typer.Argument(help="The question; `-` reads it from standard input.")],
    chat: InChat = None,
    timeout: Timeout = None,
    no_wait: NoWait = False,
    answers: Annotated[str | None, typer.Option(metavar="ID", help="What the agent has asked, by its id.")] = None,
) -> None:
    """Ask, and watch the turn until it ends. Ctrl-C asks whether to stop the turn or only to stop watching."""
    asked = read_stdin() if question == "-" else question
    found = terminal.chat(chat)

    def begin() -> Turn:
        with terminal.key_for("ask", found.chat_id or "", asked) as key:
            return found.ask(asked, key=key, answers=answers)

    if not no_wait:
        follow(begin, terminal.screen, timeout)
        _seen(terminal, found.chat_id)
        return
    turn = begin()
    if terminal.screen.as_json:
        terminal.screen.result({"chat_id": turn.chat_id, "status": "thinking"})
    else:
        terminal.screen.say(turn.chat_id)


@command(app)
def chats(terminal: Terminal, limit: Limit = 20) -> None:
    """List the chats, newest activity first; ● marks an unread answer."""
    found = list(islice(terminal.client().chats(), limit))
    screen = terminal.screen
    if screen.as_json:
        screen.result({"chats": found})
    elif not screen.out.is_terminal:
        for chat in found:
            screen.say("\t".join([chat.chat_id, chat.status, "unread" if chat.unread else "read", chat.title]))
    elif found:
        for chat in found:
            screen.out.print(_line(chat, screen.out.width), soft_wrap=True)
    else:
        screen.note('No chats yet: async-chat ask "…"')


@command(app)
def show(
    terminal: Terminal,
    chat: ChatName,
    limit: Limit = 50,
    watch: Annotated[bool, typer.Option("--watch", help="Watch the turn while it is thinking.")] = False,
    timeout: Timeout = None,
) -> None:
    """Show a chat's newest messages, oldest first, and the state of its latest turn."""
    found = terminal.chat(chat)
    page = found.page(limit)
    if watch and page.status == "thinking":
        if not terminal.screen.as_json:
            _show_messages(terminal, page)
        follow(found.resume, terminal.screen, timeout)
    elif terminal.screen.as_json:
        terminal.screen.result(page)
        return
    else:
        _show_messages(terminal, page)
        _show_turn(terminal, page)
    _seen(terminal, page.chat_id)


@command(app)
def retry(terminal: Terminal, chat: ChatName, timeout: Timeout = None) -> None:
    """Run the last question again after it failed or was stopped, and watch the turn."""
    follow(terminal.chat(chat).retry, terminal.screen, timeout)


@command(app)
def cancel(terminal: Terminal, chat: ChatName) -> None:
    """Stop the thinking turn. A turn that has ended stays as it is."""
    found = terminal.chat(chat)
    status = found.cancel()
    if terminal.screen.as_json:
        terminal.screen.result({"chat_id": found.chat_id, "status": status})
    else:
        terminal.screen.say(status, STATUS_STYLES[status])


@command(app)
def rate(
    terminal: Terminal,
    chat: ChatName,
    rating: Annotated[Literal["good", "bad"], typer.Argument(help="What the answer was.")],
    reason: Annotated[str | None, typer.Option(help="Why, in your own words.")] = None,
) -> None:
    """Say of a chat's newest answer whether it was good. Said again, it replaces what was said before."""
    found = terminal.chat(chat)
    answers = [message for message in found.messages() if message.role == "assistant"]
    if not answers:
        raise typer.BadParameter("this chat has no answer yet", param_hint="CHAT")
    found.rate(answers[-1].message_id, 1 if rating == "good" else -1, reason)


@command(app)
def delete(terminal: Terminal, chat: ChatName) -> None:
    """Delete a chat and its messages permanently."""
    terminal.chat(chat).delete()


def _line(chat: ChatSummary, width: int) -> Text:
    """A chat on a line of the screen. The next command needs the id whole: what comes after it gives way."""
    name = Text.assemble("● " if chat.unread else "  ", plain(chat.chat_id))
    line = Text.assemble(
        name,
        "  ",
        (f"{chat.status:9}", STATUS_STYLES[chat.status]),
        "  ",
        (local_time(chat.last_message.created_at), "dim"),
        "  ",
        plain(chat.title).replace("\n", " "),
    )
    line.truncate(max(width, name.cell_len), overflow="ellipsis")
    return line


def _show_messages(terminal: Terminal, page: Page) -> None:
    for message in page.messages:
        terminal.screen.say(f"{WHO[message.role]}, {local_time(message.created_at)}", "bold")
        terminal.screen.message(message)
        terminal.screen.say("")


def _show_turn(terminal: Terminal, page: Page) -> None:
    if page.status == "thinking":
        terminal.screen.note(f"Still thinking: async-chat show --watch {page.chat_id}", "cyan")
    elif page.turn.input:
        asked = page.turn.input
        terminal.screen.note(" | ".join(plain(choice) for choice in asked.choices) or "The agent asks.")
        terminal.screen.note(f'Answer: async-chat ask --chat {page.chat_id} --answers {asked.input_id} "…"')
    elif page.status != "answered":
        reason = f": {page.turn.error.message}" if page.turn.error else ""
        terminal.screen.note(f"{page.status}{reason}", STATUS_STYLES[page.status])
        terminal.screen.note(f"Retry: async-chat retry {page.chat_id}")


def _seen(terminal: Terminal, chat_id: str | None) -> None:
    """Mark as read if a person sees the output; scripts do not count. A failure is a note, not an error."""
    if terminal.screen.out.is_terminal and not terminal.screen.as_json:
        try:
            terminal.chat(chat_id).mark_read()
        except AsyncChatError as error:
            terminal.screen.note(f"The chat could not be marked as read: {error}")
