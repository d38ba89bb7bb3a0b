"""What botocore's errors mean to the domain, said once."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from domain.errors import TryAgain

SERVER_ERROR = 500

#: Faults of the moment or of the installation. Anything else is a request that we built wrongly: a defect.
UNAVAILABLE = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "EC2ThrottledException",
        "ExpiredTokenException",
        "InternalServerError",
        "InternalServiceError",
        "InternalServiceException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ResourceConflictException",
        "ResourceNotFoundException",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SnapStartNotReadyException",
        "SnapStartTimeoutException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "UnrecognizedClientException",
    }
)


def code_of(error: ClientError) -> str:
    """AWS's name for the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """The HTTP status that came with the error; 0 when there was none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translate_aws_errors(unavailable: type[TryAgain]) -> Iterator[None]:
    """Turn faults of network and service into `unavailable`; let defects pass."""
    try:
        yield
    except BotoCoreError as error:
        raise unavailable(type(error).__name__) from error
    except ClientError as error:
        if code_of(error) in UNAVAILABLE or status_of(error) >= SERVER_ERROR:
            raise unavailable(code_of(error)) from error
        raise
