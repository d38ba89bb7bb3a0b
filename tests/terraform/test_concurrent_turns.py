"""The limit of concurrent turns where the chat function is its own worker and has reserved concurrency."""

from pathlib import Path

import pytest

from tests.terraform.copy import SERVICE, TerraformCopy

TEST = """
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name_prefix  = "async-chat-dev"
  package_path = "tests/mocks/package.txt"
  agent        = "recall"
  concurrency  = { chat = RESERVED }
}

run "limit" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "TURNS"
    error_message = "The limit of concurrent turns differs."
  }
}
"""


@pytest.mark.parametrize(("reserved", "turns"), [(60, 48), (1, 1)])
def test_a_fifth_of_shared_concurrency_is_left_to_questions(tmp_path: Path, reserved: int, turns: int) -> None:
    copy = TerraformCopy(tmp_path / "terraform")
    test = copy.folder / SERVICE / "tests" / "concurrent_turns.tftest.hcl"
    test.write_text(TEST.replace("RESERVED", str(reserved)).replace("TURNS", str(turns)), encoding="utf-8")
    done = copy.test_service("-filter=tests/concurrent_turns.tftest.hcl")
    assert done.returncode == 0, done.stdout
