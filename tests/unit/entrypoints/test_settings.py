"""Settings are read from the environment; an error names the invalid variables."""

from datetime import timedelta

import pytest

from domain.chat_service import TurnPolicy
from entrypoints.settings import Settings, SettingsInvalid, read_settings

REQUIRED = {"ASYNC_CHAT_WORKSPACE": "dev", "ASYNC_CHAT_CHATS_TABLE": "chats", "ASYNC_CHAT_MEMORIES_TABLE": "memories"}


def read(**changes: str) -> Settings:
    return read_settings({**REQUIRED, **{f"ASYNC_CHAT_{name}": value for name, value in changes.items()}})


def test_only_workspace_and_tables_are_required() -> None:
    settings = read()
    assert (settings.chats_table, settings.memories_table, settings.agent) == ("chats", "memories", "recall")
    assert settings.policy == TurnPolicy(deadline=timedelta(seconds=70), turns_per_user=5)


def test_settings_are_read_from_their_variables() -> None:
    settings = read(DEADLINE_SECONDS="30", TURNS_PER_USER="2", RECALL_DELAY_SECONDS="5.5", WORKER_FUNCTION="worker")
    assert settings.policy == TurnPolicy(deadline=timedelta(seconds=30), turns_per_user=2)
    assert (settings.recall_delay_seconds, settings.worker_function) == (5.5, "worker")


def test_unknown_variables_are_ignored() -> None:
    assert read_settings({**REQUIRED, "PATH": "/bin", "ASYNC_CHAT_OF_TOMORROW": "x"}) == read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKSPACE", ""),
        ("CHATS_TABLE", ""),
        ("DEADLINE_SECONDS", "soon"),
        ("DEADLINE_SECONDS", "1"),
        ("DEADLINE_SECONDS", "901"),
        ("DEADLINE_SECONDS", "nan"),
        ("TURNS_PER_USER", "0"),
        ("TURNS_PER_USER", "2.5"),
        ("RECALL_DELAY_SECONDS", "-1"),
        ("LOG_LEVEL", "LOUD"),
        ("AGENT", "rm -rf"),
    ],
)
def test_invalid_setting_is_named_in_the_error(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"ASYNC_CHAT_{name}: "):
        read(**{name: value})


def test_all_invalid_settings_are_named_in_one_error() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings({"ASYNC_CHAT_LOG_LEVEL": "LOUD"})
    for name in (*REQUIRED, "ASYNC_CHAT_LOG_LEVEL"):
        assert name in str(refused.value)


def test_settings_are_immutable() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read().agent = "another"
