"""Clients of the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_logs import CloudWatchLogsClient

# The emulator's administrator.
ACCESS_KEY = "test"


@overload
def client(service: Literal["cognito-idp"], endpoint: str, region: str) -> CognitoIdentityProviderClient: ...
@overload
def client(service: Literal["logs"], endpoint: str, region: str) -> CloudWatchLogsClient: ...
def client(
    service: Literal["cognito-idp", "logs"], endpoint: str, region: str
) -> CognitoIdentityProviderClient | CloudWatchLogsClient:
    """A client that ignores the user's own AWS settings."""
    session = boto3.session.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=ACCESS_KEY, region_name=region)
    # The environment's proxy cannot reach this machine.
    return session.client(service, endpoint_url=endpoint, config=Config(proxies={}))
