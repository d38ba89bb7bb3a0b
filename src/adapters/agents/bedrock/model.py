"""The model's settings, and its client."""

from dataclasses import dataclass, replace

import boto3
from botocore.config import Config
from pydantic_ai.models.bedrock import BedrockConverseModel, BedrockModelSettings
from pydantic_ai.providers.bedrock import BedrockProvider

#: pydantic-ai's name of the provider.
BEDROCK = "bedrock"
#: Read timeout: the longest silence before the first token or between two tokens.
SILENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """`seconds` 0 means all the time that is left; an empty `region` means the function's own.

    `model_id` also names the model's family, by which pydantic-ai knows what the model takes. `inference_profile` is
    the ARN to call instead: an application inference profile's ARN does not tell the family. `temperature` None is not
    sent: some models refuse it. `fallback_id` and `fallback_inference_profile` name the model that takes over when this
    one is busy; without an id, none does.
    """

    model_id: str
    inference_profile: str = ""
    fallback_id: str = ""
    fallback_inference_profile: str = ""
    region: str = ""
    temperature: float | None = None
    rounds: int = 8
    max_tokens: int = 2_000
    seconds: float = 0
    history_tokens: int = 4_000

    @property
    def called(self) -> str:
        """What is called, and billed."""
        return self.inference_profile or self.model_id

    @property
    def fallback(self) -> "ModelSettings | None":
        """The same settings for the model that takes over."""
        if not self.fallback_id:
            return None
        profile = self.fallback_inference_profile
        return replace(self, model_id=self.fallback_id, inference_profile=profile, fallback_id="")


def bedrock_model(settings: ModelSettings) -> BedrockConverseModel:
    """The model, with a client of its own: its timeouts are longer than DynamoDB's."""
    # One attempt: the agent retries, since it knows how much time is left.
    config = Config(
        connect_timeout=3, read_timeout=SILENCE_SECONDS, retries={"mode": "standard", "total_max_attempts": 1}
    )
    client = boto3.client("bedrock-runtime", region_name=settings.region or None, config=config)
    return BedrockConverseModel(
        settings.model_id, provider=BedrockProvider(bedrock_client=client), settings=_request_settings(settings)
    )


def _request_settings(settings: ModelSettings) -> BedrockModelSettings:
    """What each request holds that only Bedrock knows.

    Each round sends all earlier ones again. With a cache point after tools, instructions and the last message, Bedrock
    bills what it has read within five minutes at a tenth. pydantic-ai leaves the points out for models without a cache.
    https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    """
    made = BedrockModelSettings(
        bedrock_cache_tool_definitions=True, bedrock_cache_instructions=True, bedrock_cache_messages=True
    )
    if settings.inference_profile:
        made["bedrock_inference_profile"] = settings.inference_profile
    return made
