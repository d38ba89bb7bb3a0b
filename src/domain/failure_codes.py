"""Failure codes of turns: stable strings that apps branch on."""

from enum import StrEnum


class FailureCode(StrEnum):
    """Why a turn failed. The sentence for each is in entrypoints/schemas/poll.py."""

    TIMED_OUT = "timed_out"
    NOT_STARTED = "not_started"
    WORKER_DIED = "worker_died"
    AGENT_FAILED = "agent_failed"
    #: What the agent asked was not answered in time, or its state is gone.
    INPUT_EXPIRED = "input_expired"
    #: Only from agents that use a language model.
    MODEL_BUSY = "model_busy"
    MODEL_UNREACHABLE = "model_unreachable"
    MODEL_DENIED = "model_denied"
    REFUSED = "refused"
    FILTERED = "filtered"
    EMPTY_ANSWER = "empty_answer"
    MALFORMED_ANSWER = "malformed_answer"
    ANSWER_TOO_LONG = "answer_too_long"
    TOO_MANY_ROUNDS = "too_many_rounds"
    TOO_MUCH_TO_READ = "too_much_to_read"
    MEMORIES_CHANGED = "memories_changed"
