"""The limit of concurrent turns where the chat function is its own worker and has reserved concurrency."""

from pathlib import Path

import pytest

from tests.terraform.copy import TerraformCopy

TEST = """
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package_path = "tests/mocks/package.txt"
  agent        = "recall"
}

run "limit" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "%d"
    error_message = "The limit of concurrent turns differs."
  }
}
"""


@pytest.mark.parametrize(("reserved", "turns"), [(60, 48), (1, 1)])
def test_a_fifth_of_shared_concurrency_is_left_to_questions(tmp_path: Path, reserved: int, turns: int) -> None:
    copy = TerraformCopy(tmp_path / "terraform")
    environments = copy.folder / "environments.tf"
    none, some = "concurrency = {} ", f"concurrency = {{ chat = {reserved} }} "
    text = environments.read_text(encoding="utf-8")
    assert none in text
    environments.write_text(text.replace(none, some), encoding="utf-8")
    (copy.folder / "tests" / "concurrent_turns.tftest.hcl").write_text(TEST % turns, encoding="utf-8")
    done = copy.run("dev", "test", "-no-color", "-filter=tests/concurrent_turns.tftest.hcl")
    assert done.returncode == 0, done.stdout
