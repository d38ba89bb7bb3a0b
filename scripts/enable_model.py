"""Enable a Bedrock model for this account, before the first question: check what it needs, and say what is missing.

A model of Anthropic, Cohere and others is subscribed through AWS Marketplace by its first caller. Calls may succeed for
up to 15 minutes before they fail, and the worker's role may not subscribe. So whoever runs this account calls it first:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html

Without --check this accepts the model's terms, which it shows, and sends one short request, which costs a few tokens.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

#: How long AWS takes for a subscription, with a margin, and how often its state is read, in seconds.
TIMEOUT_SECONDS: Final = 1_200
INTERVAL_SECONDS: Final = 15
ANTHROPIC: Final = "anthropic"
#: The least that every model takes.
MAX_TOKENS: Final = 16


class NotEnabled(Exception):
    """The model cannot be used yet; the text says what to do."""


@dataclass
class ModelAccess:
    """One model of an account. `bedrock` and `runtime` are boto3's clients of these names; `say` takes a line."""

    bedrock: Any
    runtime: Any
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def check(self, model: str) -> list[str]:
        """What is missing, in sentences. Changes nothing."""
        found = self._found(model)
        return [*self._missing_form(found, None), *self._missing_access(self._access(found), found)]

    def enable(self, model: str, use_case: Path | None, timeout: float) -> None:
        """Do what is missing, call the model once, and wait until AWS has enabled it. Raises `NotEnabled`."""
        found = self._found(model)
        missing = self._missing_form(found, use_case)
        if missing:
            raise NotEnabled(" ".join(missing))
        self._agree(found)
        self._call(model)
        self._wait(found, timeout)

    # ---- what it is

    def _found(self, model: str) -> str:
        """The foundation model's id, also for an inference profile."""
        if "foundation-model/" in model:
            return self._described(model.rpartition("/")[2])
        try:
            profile = self.bedrock.get_inference_profile(inferenceProfileIdentifier=model)
        except ClientError as error:
            if _code(error) not in {"ResourceNotFoundException", "ValidationException"}:
                raise
            return self._described(model)
        arns = [one["modelArn"] for one in profile["models"]]
        regions = ", ".join(sorted({arn.split(":")[3] or "all regions" for arn in arns}))
        self.say(f"{profile['inferenceProfileId']} is an inference profile: it calls the model in {regions}.")
        return self._described(arns[0].rpartition("/")[2])

    def _described(self, model_id: str) -> str:
        try:
            details = self.bedrock.get_foundation_model(modelIdentifier=model_id)["modelDetails"]
        except ClientError as error:
            if _code(error) not in {"ResourceNotFoundException", "ValidationException"}:
                raise
            region = self.bedrock.meta.region_name
            raise NotEnabled(f"Bedrock has no model {model_id} in {region}: check the id and --region.") from error
        self.say(
            f"{model_id} is {details.get('modelName', 'a model')} by {details.get('providerName', 'its provider')}."
        )
        if details.get("modelLifecycle", {}).get("status") == "LEGACY":
            self.say("It is a legacy model: AWS will end it. Choose a newer one.")
        if details.get("responseStreamingSupported") is False:
            raise NotEnabled(f"{model_id} cannot stream its replies, which the agent needs. Choose another model.")
        return model_id

    # ---- what it needs

    def _missing_form(self, model_id: str, use_case: Path | None) -> list[str]:
        """Anthropic wants to know once for each account, or organization, what its models are used for."""
        if not model_id.startswith(f"{ANTHROPIC}."):
            return []
        try:
            self.bedrock.get_use_case_for_model_access()
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
        else:
            self.say("Anthropic's use-case form has been sent before.")
            return []
        if use_case is None:
            return [
                "Anthropic's use-case form is missing: send it once, in the Bedrock console or by --use-case FILE.",
            ]
        self.bedrock.put_use_case_for_model_access(formData=use_case.read_bytes())
        self.say("Anthropic's use-case form: sent.")
        return []

    def _access(self, model_id: str) -> dict[str, str]:
        """The states of GetFoundationModelAvailability, by what they are about."""
        found = self.bedrock.get_foundation_model_availability(modelId=model_id)
        return {
            "agreement": found["agreementAvailability"]["status"],
            "error": found["agreementAvailability"].get("errorMessage", ""),
            "authorization": found["authorizationStatus"],
            "entitlement": found["entitlementAvailability"],
        }

    def _missing_access(self, access: dict[str, str], model_id: str) -> Iterator[str]:
        if access["agreement"] == "PENDING":
            yield f"The subscription of {model_id} is pending: AWS takes up to 15 minutes."
        elif access["agreement"] != "AVAILABLE":
            reason = f" ({access['error']})" if access["error"] else ""
            yield f"The agreement of {model_id} is missing{reason}: run this without --check to accept its terms."
        if access["authorization"] != "AUTHORIZED":
            yield (
                "This account may not use the model: an IAM or service control policy must allow bedrock:InvokeModel, "
                "aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions."
            )
        if access["entitlement"] != "AVAILABLE" and access["agreement"] == "AVAILABLE":
            yield f"The entitlement of {model_id} is not there yet: AWS takes up to two minutes."

    # ---- what is done about it

    def _agree(self, model_id: str) -> None:
        if self._access(model_id)["agreement"] in {"AVAILABLE", "PENDING"}:
            self.say("Agreement: accepted before.")
            return
        offers = self.bedrock.list_foundation_model_agreement_offers(modelId=model_id)["offers"]
        if not offers:
            self.say("Agreement: none is offered, the first call subscribes.")
            return
        terms = offers[0].get("termDetails", {}).get("legalTerm", {}).get("url")
        if terms:
            self.say(f"Agreement: accepting the terms at {terms}")
        try:
            self.bedrock.create_foundation_model_agreement(modelId=model_id, offerToken=offers[0]["offerToken"])
        except ClientError as error:
            if _code(error) != "ConflictException":  # somebody else has accepted meanwhile
                raise
        self.say("Agreement: accepted.")

    def _call(self, model: str) -> None:
        """One request by the administrator: the first caller of a model subscribes the account."""
        messages = [{"role": "user", "content": [{"text": "Say hello."}]}]
        self.say("Calling the model once.")
        try:
            self.runtime.converse(modelId=model, messages=messages, inferenceConfig={"maxTokens": MAX_TOKENS})
        except ClientError as error:
            if _code(error) == "ValidationException" and "on-demand throughput" in str(error):
                raise NotEnabled(
                    f"{model} is sold only through inference profiles: give the profile's id, such as eu.{model}."
                ) from error
            if _code(error) != "AccessDeniedException":
                raise
            self.say("The call was denied; that may change while AWS subscribes.")

    def _wait(self, model_id: str, timeout: float) -> None:
        began = self.now()
        while missing := [*self._missing_access(self._access(model_id), model_id)]:
            waited = self.now() - began
            if waited >= timeout:
                raise NotEnabled(f"After {waited:.0f} s: {' '.join(missing)}")
            self.say(f"{waited:4.0f} s  {missing[0]}")
            self.sleep(INTERVAL_SECONDS)
        self.say("AWS has enabled the model.")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def run(access: ModelAccess, model: str, use_case: Path | None, timeout: float, *, check: bool) -> int:
    """Returns 0 when the model can be used, 1 when something is missing; `say` gets the reasons."""
    try:
        if check:
            missing = access.check(model)
            for sentence in missing:
                access.say(f"MISSING  {sentence}")
            if missing:
                return 1
        else:
            access.enable(model, use_case, timeout)
    except NotEnabled as missing_thing:
        access.say(f"MISSING  {missing_thing}")
        return 1
    except ClientError as error:
        access.say(f"FAILED  AWS refused {error.operation_name}: {_code(error)}. {_hint(error)}")
        return 1
    except (BotoCoreError, OSError) as error:
        access.say(f"FAILED  {error}")
        return 1
    access.say(f'Ready: set "model": {{"id": "{model}"}} in the workspace\'s file.')
    return 0


def _hint(error: ClientError) -> str:
    match _code(error):
        case "AccessDeniedException" | "AccessDenied":
            return "Sign in as somebody with AmazonBedrockFullAccess and the Marketplace's subscription rights."
        case "ExpiredTokenException" | "UnrecognizedClientException":
            return "Sign in again: aws sts get-caller-identity shows as whom."
        case "ThrottlingException":
            return "Run it again in a minute."
    return str(error.response.get("Error", {}).get("Message", ""))


def main(arguments: list[str]) -> int:
    """Returns 1 when the model cannot be used."""
    given = _arguments(arguments)
    try:
        session = boto3.Session(region_name=given.region)
        bedrock, runtime = session.client("bedrock"), session.client("bedrock-runtime")
    except BotoCoreError as error:
        sys.exit(f"{error} Name a region with --region, or in AWS_REGION.")
    access = ModelAccess(bedrock, runtime, lambda line: print(line, flush=True))
    return run(access, given.model, given.use_case, given.timeout, check=given.check)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.enable_model", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="the model or inference profile, by id or ARN, as in the workspace's file")
    parser.add_argument("--region", help="the model's region; default: that of the AWS configuration")
    parser.add_argument("--check", action="store_true", help="only say what is missing; changes nothing, costs nothing")
    parser.add_argument("--use-case", type=Path, metavar="FILE", help="Anthropic's use-case form as JSON, to send it")
    parser.add_argument("--timeout", type=float, default=TIMEOUT_SECONDS, help="seconds to wait; default: %(default)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
