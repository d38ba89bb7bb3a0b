"""The local stack, as its `stack.json` describes it."""

import json
from dataclasses import dataclass
from pathlib import Path

STACK_FILE = Path(".local", "stack.json")


@dataclass(frozen=True, slots=True)
class LocalStack:
    """The local service's address and its demo users' access tokens by name."""

    api_url: str
    tokens: dict[str, str]
    file: Path

    def token(self, name: str | None = None) -> str:
        """The user's token; the first user's if none is named. Raises `KeyError`."""
        return self.tokens[name or next(iter(self.tokens))]


def find_local_stack(folder: Path) -> LocalStack | None:
    """The running stack of the project that contains `folder`. Raises `ValueError` for an unreadable file."""
    for parent in (folder, *folder.parents):
        file = parent / STACK_FILE
        if file.is_file():
            return _read(file)
    return None


def _read(file: Path) -> LocalStack:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        tokens = {str(user["name"]): str(user["token"]) for user in found["users"]}
        return LocalStack(str(found["api_url"]), tokens, file)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} does not describe a stack") from error
