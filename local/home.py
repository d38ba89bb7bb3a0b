"""The folder with all files of one stack."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


class Home:
    """Several stacks can exist side by side, each in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "lambda.zip"
        #: The same without the folders of an agent of one's own, which change with every save.
        self.package_without_agent = folder / "lambda-without-agent.zip"
        #: The agent of the last start, and what it needs.
        self.remembered_agent_file = folder / "agent.json"
        #: For tools and tests: the API's URL, and its users with their tokens.
        self.stack_file = folder / "stack.json"
        #: The demo users' random password, with which the chat page signs them in.
        self.demo_password_file = folder / "demo-password"
        self.loaded_memories_file = folder / "loaded_memories.json"
        self.terraform = folder / "terraform"
        #: Terraform's latest outputs.
        self.outputs_file = self.terraform / "outputs.json"
        self.emulator = folder / "aws"
        self.emulator_log = self.emulator / "ministack.log"
        self.emulator_process_file = self.emulator / "process.json"
        #: Locked by the emulator while it lives.
        self.emulator_lock = self.emulator / "lock"

    def make_private(self) -> None:
        """Make the folder, or take an older one from others: it holds memories, passwords, tokens and their key."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, also when an earlier version made it readable."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text, encoding="utf-8")
