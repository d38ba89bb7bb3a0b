"""The folder that holds all that one stack keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """Where one stack keeps its state; several stacks live side by side, each in a folder of its own."""

    folder: Path

    @property
    def stack_file(self) -> Path:
        """For tools and tests: where the API is and who may call it."""
        return self.folder / "stack.json"

    @property
    def demo_password_file(self) -> Path:
        """One password for the demo users of this stack, made at random once: the chat page signs in with it."""
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
        """What Terraform answered last: names and ids of what it made."""
        return self.terraform / "outputs.json"

    @property
    def loaded_memories_file(self) -> Path:
        return self.folder / "loaded_memories.json"
