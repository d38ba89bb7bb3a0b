"""How many turns may think at once, in an environment such as somebody could set up: none of ours is like it."""

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

run "places" {
  command = plan

  assert {
    condition     = aws_lambda_function.function["chat"].environment[0].variables.ASYNC_CHAT_MAX_CONCURRENT_TURNS == "%d"
    error_message = "A function takes another number of turns."
  }
}
"""


@pytest.mark.parametrize(("reserved", "turns"), [(60, 48), (1, 1)])
def test_where_asking_shares_the_workers_pool_a_fifth_is_left_to_it(tmp_path: Path, reserved: int, turns: int) -> None:
    copy = TerraformCopy(tmp_path / "terraform")
    environments = copy.folder / "environments.tf"
    none, some = "concurrency = {} ", f"concurrency = {{ chat = {reserved} }} "
    text = environments.read_text(encoding="utf-8")
    assert none in text
    environments.write_text(text.replace(none, some), encoding="utf-8")
    (copy.folder / "tests" / "places.tftest.hcl").write_text(TEST % turns, encoding="utf-8")
    done = copy.run("dev", "test", "-no-color", "-filter=tests/places.tftest.hcl")
    assert done.returncode == 0, done.stdout
