"""Access to the embedded AWS."""

from __future__ import annotations

import boto3
from botocore.config import Config

# The emulator's administrator.
ACCESS_KEY = "test"
# The environment's proxy cannot reach this machine.
DIRECT = Config(proxies={})


def session(region: str) -> boto3.session.Session:
    """Ignores the user's own AWS settings. Its clients need the endpoint, and `DIRECT`."""
    return boto3.session.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=ACCESS_KEY, region_name=region)
