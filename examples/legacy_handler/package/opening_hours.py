"""A blocking Lambda handler, as it was behind the gateway."""

import json
import time

HOURS = {
    "pharmacy": "The pharmacy is open from 8 to 18:30, on Saturdays until 13:00.",
    "library": "The library is open from 10 to 19:00, closed on Mondays.",
    "pool": "The pool is open from 6:30 to 21:00; lanes are roped off until 8:00.",
}
SECONDS_A_LOOK = 0.01


def handler(event, context):
    question = json.loads(event["body"])["question"].lower()
    for place, hours in HOURS.items():
        time.sleep(SECONDS_A_LOOK)  # a slow system of record
        if context.get_remaining_time_in_millis() < 1000:
            return {"statusCode": 504, "body": json.dumps({"message": "out of time"})}
        if place in question:
            return {"statusCode": 200, "body": json.dumps({"answer": hours})}
    return {"statusCode": 200, "body": json.dumps({"answer": "I only know about " + ", ".join(HOURS) + "."})}
