"""Redrive the dead-letter queue: move failed events back to the failures queue, to be processed again.

Safe at any time and any number of times: a turn that has ended since stays as it is. SQS can do the same by itself
(StartMessageMoveTask, "Start DLQ redrive" in the console). Not used here: neither the embedded AWS nor moto has that
operation, so no test could show that it works.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scripts.deployed import Deployed


def redrive(sqs: Any, source_url: str, target_url: str) -> int:
    """Returns how many were moved. Sends before it deletes: an interruption duplicates a message, but loses none."""
    moved = 0
    while found := sqs.receive_message(QueueUrl=source_url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        for message in found:
            sqs.send_message(QueueUrl=target_url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.redrive", description=__doc__)
    parser.add_argument(
        "--outputs", type=Path, help="a file with `terraform output -json`; by default Terraform is run"
    )
    deployed = Deployed.read(parser.parse_args(arguments).outputs)
    moved = redrive(deployed.client("sqs"), deployed["undelivered_queue_url"], deployed["failures_queue_url"])
    print(f"{moved} failed events moved back to the failures queue")


if __name__ == "__main__":
    main(sys.argv[1:])
