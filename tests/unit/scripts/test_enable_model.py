"""`python -m scripts.enable_model` against botocore's own model of Bedrock, which checks requests and replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from scripts.enable_model import INTERVAL_SECONDS, ModelAccess, main, run

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = f"eu.{CLAUDE}"
NOVA = "amazon.nova-pro-v1:0"
REGIONS = ("eu-central-1", "eu-west-1")


@dataclass
class Account:
    """Bedrock in an account: what it is asked, in order, is scripted by the methods."""

    lines: list[str] = field(default_factory=list)
    slept: float = 0

    def __post_init__(self) -> None:
        session = boto3.Session("none", "none", region_name="eu-central-1")
        self.bedrock, self.runtime = session.client("bedrock"), session.client("bedrock-runtime")
        self.stubs = Stubber(self.bedrock), Stubber(self.runtime)
        self.access = ModelAccess(self.bedrock, self.runtime, self.lines.append, self._sleep, lambda: self.slept)
        for stub in self.stubs:
            stub.activate()

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds

    def answers(self, operation: str, reply: dict[str, Any], **asked: Any) -> None:
        self.stubs[operation == "converse"].add_response(operation, reply, asked or None)

    def refuses(self, operation: str, code: str, message: str = "no") -> None:
        self.stubs[operation == "converse"].add_client_error(operation, code, message)

    def has(self, model: str = CLAUDE, provider: str = "Anthropic", **details: Any) -> None:
        known = {"modelArn": f"arn:aws:bedrock:eu-central-1::foundation-model/{model}", "modelId": model}
        made = {"modelDetails": {**known, "modelName": "Sonnet", "providerName": provider, **details}}
        self.answers("get_foundation_model", made, modelIdentifier=model)

    def has_no_profile(self) -> None:
        self.refuses("get_inference_profile", "ResourceNotFoundException")

    def has_profile(self) -> None:
        reply: dict[str, Any] = {
            "inferenceProfileName": "EU Sonnet",
            "inferenceProfileArn": f"arn:aws:bedrock:eu-central-1:123456789012:inference-profile/{PROFILE}",
            "models": [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}"} for region in REGIONS],
            "inferenceProfileId": PROFILE,
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }
        self.answers("get_inference_profile", reply, inferenceProfileIdentifier=PROFILE)

    def has_form(self, sent: bool = True) -> None:
        if sent:
            self.answers("get_use_case_for_model_access", {"formData": b'{"companyName": "Ada"}'})
        else:
            self.refuses("get_use_case_for_model_access", "ResourceNotFoundException")

    def says(
        self, agreement: str = "AVAILABLE", authorized: bool = True, entitled: bool = True, model: str = CLAUDE
    ) -> None:
        reply = {
            "modelId": model,
            "agreementAvailability": {"status": agreement},
            "authorizationStatus": "AUTHORIZED" if authorized else "NOT_AUTHORIZED",
            "entitlementAvailability": "AVAILABLE" if entitled else "NOT_AVAILABLE",
            "regionAvailability": "AVAILABLE",
        }
        self.answers("get_foundation_model_availability", reply, modelId=model)

    def offers(self) -> None:
        terms = {
            "usageBasedPricingTerm": {"rateCard": []},
            "legalTerm": {"url": "https://terms.example"},
            "supportTerm": {},
        }
        offer = {"offerToken": "token-of-the-offer", "termDetails": terms}
        self.answers("list_foundation_model_agreement_offers", {"modelId": CLAUDE, "offers": [offer]}, modelId=CLAUDE)
        agreed = {"modelId": CLAUDE, "offerToken": "token-of-the-offer"}
        self.answers("create_foundation_model_agreement", {"modelId": CLAUDE}, **agreed)

    def replies(self) -> None:
        message = {"role": "assistant", "content": [{"text": "Hello."}]}
        usage = {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}
        reply = {"output": {"message": message}, "stopReason": "end_turn", "usage": usage, "metrics": {"latencyMs": 9}}
        self.answers("converse", reply)

    def run(
        self, model: str = CLAUDE, use_case: Path | None = None, timeout: float = 900, *, check: bool = False
    ) -> int:
        done = run(self.access, model, use_case, timeout, check=check)
        for stub in self.stubs:
            stub.assert_no_pending_responses()
        return done

    @property
    def said(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def account(fake_credentials: None) -> Account:
    return Account()


def test_new_account_is_enabled_step_by_step(account: Account, tmp_path: Path) -> None:
    (tmp_path / "form.json").write_text('{"companyName": "Ada & Co"}')
    account.has_profile()
    account.has()
    account.has_form(sent=False)
    account.answers("put_use_case_for_model_access", {}, formData=b'{"companyName": "Ada & Co"}')
    account.says("NOT_AVAILABLE", entitled=False)
    account.offers()
    account.replies()
    account.says("PENDING", entitled=False)
    account.says("AVAILABLE", entitled=False)
    account.says()
    assert account.run(PROFILE, tmp_path / "form.json") == 0
    assert account.slept == 2 * INTERVAL_SECONDS
    assert account.lines == [
        f"{PROFILE} is an inference profile: it calls the model in eu-central-1, eu-west-1.",
        f"{CLAUDE} is Sonnet by Anthropic.",
        "Anthropic's use-case form: sent.",
        "Agreement: accepting the terms at https://terms.example",
        "Agreement: accepted.",
        "Calling the model once.",
        f"   0 s  The subscription of {CLAUDE} is pending: AWS takes up to 15 minutes.",
        f"  15 s  The entitlement of {CLAUDE} is not there yet: AWS takes up to two minutes.",
        "AWS has enabled the model.",
        f'Ready: set "model": {{"id": "{PROFILE}"}} in the workspace\'s file.',
    ]


def test_model_that_is_enabled_is_called_once(account: Account) -> None:
    account.has_no_profile()
    account.has(NOVA, "Amazon")
    account.says(model=NOVA)
    account.replies()
    account.says(model=NOVA)
    assert account.run(NOVA) == 0
    assert "form" not in account.said, "only Anthropic has one"


def test_check_names_all_that_is_missing_and_changes_nothing(account: Account) -> None:
    account.has_no_profile()
    account.has()
    account.has_form(sent=False)
    account.says("NOT_AVAILABLE", authorized=False, entitled=False)
    assert account.run(check=True) == 1  # the stub knows no operation that changes anything
    missing = [line for line in account.lines if line.startswith("MISSING")]
    assert len(missing) == 3
    for words, line in zip(("use-case form", "agreement", "aws-marketplace:Subscribe"), missing, strict=True):
        assert words in line


def test_check_of_an_enabled_model_succeeds(account: Account) -> None:
    account.has_profile()
    account.has()
    account.has_form()
    account.says()
    assert account.run(PROFILE, check=True) == 0


def test_arn_of_a_model_is_not_looked_up_as_a_profile(account: Account) -> None:
    account.has()
    account.has_form()
    account.says()
    assert account.run(f"arn:aws:bedrock:eu-central-1::foundation-model/{CLAUDE}", check=True) == 0


def test_missing_form_is_said_before_anything_is_changed(account: Account) -> None:
    account.has_no_profile()
    account.has()
    account.has_form(sent=False)
    assert account.run() == 1
    assert "--use-case FILE" in account.said


def test_model_that_is_never_enabled_ends_with_the_reason(account: Account) -> None:
    account.has_no_profile()
    account.has()
    account.has_form()
    account.says()
    account.refuses("converse", "AccessDeniedException")
    for _ in range(3):
        account.says(authorized=False)
    assert account.run(timeout=2 * INTERVAL_SECONDS) == 1
    assert "After 30 s: This account may not use the model" in account.lines[-1]


@pytest.mark.parametrize(
    ("details", "words"),
    [({"responseStreamingSupported": False}, "cannot stream"), ({"modelLifecycle": {"status": "LEGACY"}}, "legacy")],
)
def test_unsuitable_model_is_named(account: Account, details: dict[str, Any], words: str) -> None:
    account.has_no_profile()
    account.has(NOVA, "Amazon", **details)
    if "modelLifecycle" in details:
        account.says(model=NOVA)
    account.run(NOVA, check=True)
    assert words in account.said


def test_unknown_model_is_named_with_its_region(account: Account) -> None:
    account.has_no_profile()
    account.refuses("get_foundation_model", "ResourceNotFoundException")
    assert account.run("some.model", check=True) == 1
    assert "no model some.model in eu-central-1" in account.said


def test_model_that_is_sold_through_profiles_names_the_profile(account: Account) -> None:
    account.has_no_profile()
    account.has()
    account.has_form()
    account.says()
    account.refuses("converse", "ValidationException", "Invocation with on-demand throughput isn't supported")
    assert account.run() == 1
    assert f"such as eu.{CLAUDE}" in account.said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "AmazonBedrockFullAccess"),
        ("ExpiredTokenException", "Sign in again"),
        ("ThrottlingException", "in a minute"),
    ],
)
def test_refusal_of_aws_names_the_call_and_what_to_do(account: Account, code: str, words: str) -> None:
    account.refuses("get_inference_profile", code)
    assert account.run(check=True) == 1
    assert "FAILED  AWS refused GetInferenceProfile" in account.said
    assert words in account.said


def test_form_that_cannot_be_read_is_named(account: Account, tmp_path: Path) -> None:
    account.has_no_profile()
    account.has()
    account.has_form(sent=False)
    assert account.run(use_case=tmp_path / "form.json") == 1
    assert "form.json" in account.said


def test_without_a_region_the_option_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(SystemExit, match="--region"):
        main([CLAUDE, "--check"])


def test_help_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "changes nothing" in shown
    assert "accepts the model's terms" in shown
