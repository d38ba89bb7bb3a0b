"""A blocking Lambda handler: works in every test, returns a 504 behind a gateway."""

import json

from research import research


def handler(event, context):
    question = json.loads(event["body"])["question"]
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"answer": research(question)}),
    }
