"""The AWS SDK for Python, which Lambda's runtime brings, not the package: it can change without a deployment."""

import gc
from typing import Final

import botocore
from botocore.httpsession import URLLib3Session

VERSION: Final = botocore.__version__
#: The oldest botocore with which the tests of the clients and of the trimmed service models have passed.
MINIMUM: Final = "1.35.99"


class SdkTooOld(Exception):
    """The runtime's SDK is older than what the code needs; the message names both."""


def require_sdk(minimum: str, version: str = VERSION) -> None:
    """Raises `SdkTooOld` if botocore's `version` is older than `minimum`; both are three numbers with dots."""
    if _numbers(version) < _numbers(minimum):
        raise SdkTooOld(
            f"botocore {version} is older than {minimum}. Lambda's runtime brings it: update the function's runtime "
            f"version, or add botocore and boto3 to the package (scripts/package.py --extra)."
        )


def close_connections() -> None:
    """Close the connections of all clients and credential providers, an agent's own too; each opens new ones on use."""
    for session in [found for found in gc.get_objects() if isinstance(found, URLLib3Session)]:
        session.close()


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")[:3]]
