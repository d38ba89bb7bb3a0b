"""API Gateway's authorizer, which checks tokens before any function runs."""

from __future__ import annotations

import base64
import json

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.app import App
from tests.features.driver import Reply


def call_with(app: App, token: str) -> Reply:
    return app.send(None, "GET", "/chats", headers={"Authorization": f"Bearer {token}"})


def with_claims(token: str, **claims: object) -> str:
    """The token with other claims and its old signature."""
    header, payload, signature = token.split(".")
    changed = {**decoded(payload), **claims}
    return f"{header}.{encoded(changed)}.{signature}"


def unsigned(token: str) -> str:
    _, payload, _ = token.split(".")
    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}."


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def decoded(part: str) -> dict[str, object]:
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_access_token_is_accepted(app: App, stack: RunningStack) -> None:
    assert call_with(app, stack.users["alice"].token).status == 200


def test_malformed_token_is_refused(app: App) -> None:
    reply = call_with(app, "let-me-in")
    assert (reply.status, reply.body) == (401, {"message": "Unauthorized"})


def test_a_token_whose_subject_was_changed_is_refused(app: App, stack: RunningStack) -> None:
    alice, bob = stack.users["alice"], stack.users["bob"]
    reply = call_with(app, with_claims(bob.token, sub=alice.sub))
    assert (reply.status, reply.body) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("claims", [{"exp": 1}, {"iss": "https://example.com/pool"}, {"client_id": "another"}])
def test_a_token_with_another_term_issuer_or_audience_is_refused(
    app: App, stack: RunningStack, claims: dict[str, object]
) -> None:
    assert call_with(app, with_claims(stack.users["alice"].token, **claims)).status == 401


def test_a_token_without_a_signature_is_refused(app: App, stack: RunningStack) -> None:
    reply = call_with(app, unsigned(stack.users["alice"].token))
    assert (reply.status, reply.body) == (401, {"message": "Unauthorized"})


def test_an_id_token_is_not_an_access_token(app: App, stack_controls: StackControls) -> None:
    reply = call_with(app, stack_controls.id_token("Alice"))
    assert (reply.status, reply.body) == (403, {"message": "Forbidden"})
