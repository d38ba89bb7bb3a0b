"""The terminal's exit codes, and which error leads to which."""

from enum import IntEnum

from async_chat_client import errors
from async_chat_client._calls import NotAnId
from async_chat_client._terminal.connection import NotConnected
from async_chat_client._terminal.memory_files import UnreadableFile
from async_chat_client._terminal.sign_in import SignInFailed


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    CANCELLED = 3
    STILL_THINKING = 4
    REFUSED = 5
    SIGN_IN = 6
    BUSY = 7
    UNREACHABLE = 8
    NEEDS_INPUT = 9
    INTERRUPTED = 130


MEANINGS = """
\b
Exit codes:
  0    done
  1    the turn failed, or `doctor` found an error
  2    wrong use of the command, or a file that cannot be read
  3    the turn was stopped
  4    still thinking when the waiting ended
  5    the service refused: no such chat, not yours, too long, memories full, nothing to retry
  6    sign in: no token, or an invalid or expired one
  7    busy: the chat or the user has a question being answered, or all workers are busy; try later
  8    the service is unreachable or broken
  9    the agent asks something: answer it by `ask --answers`
  130  interrupted
"""

#: The first class that matches decides.
_EXITS: list[tuple[type[Exception], Exit]] = [
    (errors.Unauthorized, Exit.SIGN_IN),
    (NotConnected, Exit.SIGN_IN),
    (SignInFailed, Exit.SIGN_IN),
    (errors.ChatBusy, Exit.BUSY),
    (errors.TooManyRequests, Exit.BUSY),
    (errors.ServiceFault, Exit.UNREACHABLE),
    (errors.ServiceError, Exit.REFUSED),
    (errors.Unsendable, Exit.USAGE),
    (errors.Misconfigured, Exit.USAGE),
    (errors.AsyncChatError, Exit.UNREACHABLE),
    (UnreadableFile, Exit.USAGE),
    (NotAnId, Exit.USAGE),
]
#: The expected errors of a command. Any other is a bug and shows its traceback.
EXPECTED = tuple(kind for kind, _ in _EXITS)


def exit_for(error: Exception) -> Exit:
    return next(code for kind, code in _EXITS if isinstance(error, kind))
