"""The service's own AWS clients: botocore's, over service models that hold only the operations that we call.

Whole models take longer to read than all of our own code: DynamoDB's and Lambda's have 150 operations, we call seven.
The package carries a folder of trimmed ones (scripts/service_models.py), which only the session made here looks into:
an agent of one's own keeps the whole of boto3. boto3 itself would import S3's transfer manager first, which no part of
the service needs. docs/speed.md has both figures. Without the folder, as in tests, the SDK's own models serve.
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

#: In the package, beside the packages of src/.
MODELS: Final = Path(__file__).parents[2] / "service_models"


class AwsClients:
    """Makes clients of one session. Credentials and region come from the environment, as Lambda sets it."""

    def __init__(self, config: Config, models: Path = MODELS) -> None:
        self._config = config
        self._session = Session()
        if models.is_dir():
            # Only ours: botocore would look for each of the SDK's 400 services, to find two.
            loader = Loader(extra_search_paths=[str(models)], include_default_search_paths=False)
            self._session.register_component("data_loader", loader)
        if "AWS_ACCESS_KEY_ID" in os.environ:
            # They would be taken from there in any case, after all the other places had been made ready to be asked.
            self._session.register_component("credential_provider", CredentialResolver([EnvProvider()]))

    def dynamodb(self) -> "DynamoDBClient":
        """A client of DynamoDB."""
        client: DynamoDBClient = self._made("dynamodb")
        return client

    def lambda_(self) -> "LambdaClient":
        """A client of Lambda."""
        client: LambdaClient = self._made("lambda")
        return client

    def _made(self, service: str) -> Any:
        return self._session.create_client(service, config=self._config)
