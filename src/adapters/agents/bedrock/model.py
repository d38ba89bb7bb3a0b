"""Which model reasons and within what bounds, and the client that reaches it."""

from dataclasses import dataclass

import boto3
from botocore.config import Config
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider

#: How long the model may be silent, before its first word or between two.
SILENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """`seconds` and `region` may be empty: all the time there is, the function's own region."""

    model_id: str
    region: str = ""
    temperature: float = 0
    rounds: int = 8
    max_tokens: int = 2_000
    seconds: float = 0
    history_tokens: int = 4_000


def bedrock_model(settings: ModelSettings) -> BedrockConverseModel:
    """The model, over a client of its own: a model thinks longer than a table."""
    # One attempt: the agent itself retries, for it knows how much time is left.
    config = Config(
        connect_timeout=3, read_timeout=SILENCE_SECONDS, retries={"mode": "standard", "total_max_attempts": 1}
    )
    client = boto3.client("bedrock-runtime", region_name=settings.region or None, config=config)
    return BedrockConverseModel(settings.model_id, provider=BedrockProvider(bedrock_client=client))
