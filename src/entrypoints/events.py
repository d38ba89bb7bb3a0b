"""The events function: tells the workspace's bus of every turn that has ended, from the chats table's stream."""

# First: see there.
from entrypoints.lambda_runtime import Event, LambdaContext, LambdaHandler, lambda_function

# isort: split
from adapters.observability.json_logs import IDS
from entrypoints.container import Container


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters. Raises `EventsNotSent`: Lambda delivers the records again,
    in their order, until they are a day old.
    """

    def handle(event: Event, context: LambdaContext) -> None:
        services.logging()
        IDS.set({"request_id": context.aws_request_id})
        services.turn_events().publish(list(services.ended_turns(event["Records"])))

    return handle


handler = lambda_function(make_handler, before_snapshot=("turn_events",))
