"""Translates botocore's errors into the domain's."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from domain.errors import TryAgain

SERVER_ERROR = 500

#: DynamoDB's transient errors and misconfiguration, reported as unavailable. Any other code means that our request was
#: wrong.
UNAVAILABLE = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "InternalServerError",
        "InternalServiceError",
        "InternalServiceException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ResourceNotFoundException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "UnrecognizedClientException",
    }
)


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """The HTTP status of the response; 0 if there was none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translate_aws_errors(unavailable: type[TryAgain]) -> Iterator[None]:
    """Raise `unavailable` for errors of the network or of the service; pass other errors on, which are defects."""
    try:
        yield
    except BotoCoreError as error:
        raise unavailable(type(error).__name__) from error
    except ClientError as error:
        if code_of(error) in UNAVAILABLE or status_of(error) >= SERVER_ERROR:
            raise unavailable(code_of(error)) from error
        raise
