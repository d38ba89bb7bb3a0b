"""The local stack, as its `stack.json` describes it."""

import json
import os
import stat
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx

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
    """The running stack of the project that contains `folder`.

    The file decides where questions go, so it must be the user's own, writable by nobody else, and name a service on
    this machine. Raises `ValueError`, with a sentence, for any other file and for one that describes no stack.
    """
    for parent in (folder, *folder.parents):
        file = parent / STACK_FILE
        if file.is_file():
            stack = _read(file)
            if not _on_this_machine(stack.api_url):
                raise ValueError(f"{file} is not used: {stack.api_url} is not on this machine")
            return stack
    return None


def _on_this_machine(url: str) -> bool:
    """Without the names *.localhost, which some resolvers look up elsewhere."""
    try:
        address = httpx.URL(url)
        loopback = address.host == "localhost" or ip_address(address.host).is_loopback
    except (httpx.InvalidURL, ValueError):
        return False
    return loopback and address.scheme in {"http", "https"} and not address.userinfo


def _read(file: Path) -> LocalStack:
    try:
        with file.open(encoding="utf-8") as opened:
            # Of the opened file: its name may lead to another one by now.
            _require_own(file, os.fstat(opened.fileno()))
            found = json.load(opened)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file} does not describe a stack") from error
    try:
        tokens = {str(user["name"]): str(user["token"]) for user in found["users"]}
        return LocalStack(str(found["api_url"]), tokens, file)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file} does not describe a stack") from error


def _require_own(file: Path, status: os.stat_result) -> None:
    if os.name == "nt":
        return  # the owner and the mode of a file say nothing there
    if status.st_uid != os.getuid():
        raise ValueError(f"{file} is not used: it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ValueError(f"{file} is not used: other users may write it")
