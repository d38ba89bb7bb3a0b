"""AWS clients from botocore, over service models that are trimmed to the operations that this service calls.

Reading the full models takes longer than importing all of our code: DynamoDB and Lambda have 150 operations, we call
seven. The package holds trimmed models (scripts/service_models.py), which only the session made here reads; a custom
agent keeps the whole boto3. Importing boto3 would also import S3's transfer manager. The figures are in docs/speed.md
and ADR 9. Without the folder of trimmed models, as in tests, the SDK's own models are used.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.credentials import CredentialResolver, EnvProvider
from botocore.loaders import Loader
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

#: At the root of the package.
MODELS: Final = Path(__file__).parents[2] / "service_models"


class AwsClients:
    """Makes clients of one session, with credentials and region from Lambda's environment variables."""

    def __init__(self, config: Config, models: Path = MODELS) -> None:
        self._config = config
        self._session = Session()
        if models.is_dir():
            # Without the default paths: botocore would list the SDK's 400 services to find two.
            loader = Loader(extra_search_paths=[str(models)], include_default_search_paths=False)
            self._session.register_component("data_loader", loader)
        if "AWS_ACCESS_KEY_ID" in os.environ:
            # The default resolver would find them there too, after it has set up every other provider.
            self._session.register_component("credential_provider", CredentialResolver([EnvProvider()]))

    def dynamodb(self) -> "DynamoDBClient":
        """A client of DynamoDB."""
        client: DynamoDBClient = self._made("dynamodb")
        return client

    def lambda_(self) -> "LambdaClient":
        """A client of Lambda."""
        client: LambdaClient = self._made("lambda")
        return client

    def events(self) -> Any:
        """A client of EventBridge."""
        return self._made("events")

    def _made(self, service: str) -> Any:
        return self._session.create_client(service, config=self._config)
