"""Demo users of the embedded AWS's user pool."""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.aws import DIRECT, session
from local.home import Home, write_private

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

NAMES = ("alice", "bob")


@dataclass(frozen=True)
class Person:
    """A signed-in user."""

    name: str
    sub: str
    token: str


def demo_password(home: Home) -> str:
    """The password with which the chat page and these tools sign the demo users in."""
    if not home.demo_password_file.exists():
        write_private(home.demo_password_file, f"Aa1-{secrets.token_urlsafe(24)}")
    return home.demo_password_file.read_text(encoding="utf-8")


def sign_in(endpoint: str, region: str, pool_id: str, client_id: str, password: str) -> list[Person]:
    """The demo users with new access tokens; a missing user is created."""
    cognito = session(region).client("cognito-idp", endpoint_url=endpoint, config=DIRECT)
    return [sign_in_as(name, password, cognito, pool_id, client_id) for name in NAMES]


def sign_in_as(name: str, password: str, cognito: CognitoIdentityProviderClient, pool: str, client_id: str) -> Person:
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    answer = cognito.initiate_auth(
        ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": password}
    )
    token = answer["AuthenticationResult"]["AccessToken"]
    return Person(name, _subject(token), token)


def _subject(token: str) -> str:
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])
