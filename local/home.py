"""The folder with all files of one stack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """Several stacks can exist side by side, each in its own folder."""

    folder: Path

    @property
    def stack_file(self) -> Path:
        """For tools and tests: the API's URL, and its users with their tokens."""
        return self.folder / "stack.json"

    @property
    def demo_password_file(self) -> Path:
        """The demo users' random password, with which the chat page signs them in."""
        return self.folder / "demo-password"

    @property
    def package(self) -> Path:
        return self.folder / "lambda.zip"

    @property
    def emulator(self) -> Path:
        return self.folder / "aws"

    @property
    def terraform(self) -> Path:
        return self.folder / "terraform"

    @property
    def outputs_file(self) -> Path:
        """Terraform's latest outputs."""
        return self.terraform / "outputs.json"

    @property
    def loaded_memories_file(self) -> Path:
        return self.folder / "loaded_memories.json"
