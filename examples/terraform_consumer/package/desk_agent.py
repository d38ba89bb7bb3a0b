"""An agent that signs its answers with a key from AWS Secrets Manager."""

import hashlib
import hmac
import os

import boto3

from adapters.agents.custom_agent import AgentDependencies, Reason
from domain.ports import ProgressReporter
from domain.records import Answer, Assignment


def agent(dependencies: AgentDependencies) -> Reason:
    """Reads the key once, when a worker starts: DESK_KEY is the secret's ARN."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DESK_KEY"])
    key, desk = secret["SecretString"].encode(), os.environ["DESK"]

    def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        progress.step("Signing the answer")
        text = f"{desk}: we will look into it. You asked: {assignment.question}"
        return Answer(f"{text}\n\nSigned: {hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]}")

    return reason
