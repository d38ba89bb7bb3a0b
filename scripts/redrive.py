"""Give failures that could not be settled another try: back from the undelivered queue to the failures queue.

Safe at any time and any number of times: a turn that has ended since stays as it is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scripts.deployed import Deployed


def redrive(sqs: Any, source_url: str, target_url: str) -> int:
    """How many were moved. Put before it is taken away: a move that is cut short leaves one twice, never none."""
    moved = 0
    while found := sqs.receive_message(QueueUrl=source_url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        for message in found:
            sqs.send_message(QueueUrl=target_url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.redrive", description=__doc__)
    parser.add_argument("--outputs", type=Path, help="a file with Terraform's outputs; else Terraform is asked")
    deployed = Deployed.read(parser.parse_args(arguments).outputs)
    moved = redrive(deployed.client("sqs"), deployed["undelivered_queue_url"], deployed["failures_queue_url"])
    print(f"{moved} failures given another try")


if __name__ == "__main__":
    main(sys.argv[1:])
