"""What to type once the stack is up."""

from __future__ import annotations

import os
from pathlib import Path

from local.home import Home
from local.stack import Stack

QUESTION = "Where did I park the car?"


def guide(home: Home, stack: Stack, how_to_stop: str) -> str:
    """Commands for asking, polling and stopping."""
    alice = stack.users[0].name
    authorization = '-H "Authorization: Bearer $TOKEN"'
    return f"""
API    {stack.api_url}
Page   {stack.api_url}/
Users  {" and ".join(person.name for person in stack.users)}; tokens for a day in {_near(home.stack_file)}

Ask as {alice}:
  TOKEN=$(python3 -c 'import json; print(json.load(open("{_near(home.stack_file)}"))["users"][0]["token"])')
  curl -s {stack.api_url}/memories/chat {authorization} -H 'Content-Type: application/json' \\
    -d '{{"question": "{QUESTION}"}}'
Poll with the chat_id of the response until the status is no longer "thinking":
  curl -s {authorization} '{stack.api_url}/chats/messages?chat_id=CHAT_ID'
Or both in one command, in another terminal:
  make ask Q="{QUESTION}"

Stop with {how_to_stop}
"""


def _near(path: Path) -> str:
    """A relative path inside the current folder, else an absolute one."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
