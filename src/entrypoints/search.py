"""The search function: lists and searches memories.

A search takes a thousand times as long as a poll. In a function of its own it uses up no concurrency of the polls.
"""

# First: see there.
from entrypoints.lambda_runtime import LambdaHandler, http_function, lambda_function

# isort: split
from collections.abc import Sequence

from domain.memory import Memory
from entrypoints.container import Container
from entrypoints.http.parameters import cursor_in_query, limit_in_query, search_in_query, time_zone_in_query
from entrypoints.http.reply_size import how_many_fit
from entrypoints.http.request import Request, Response
from entrypoints.schemas.memories import MemoriesResponse, MemoryBody, memory_body


def list_memories(request: Request, services: Container) -> Response:
    limit, cursor, query = limit_in_query(request), cursor_in_query(request, "cursor"), search_in_query(request)
    memories = services.memory_service()
    if query is not None:
        found = memories.search(request.user_id, query, limit, time_zone_in_query(request))
        bodies = _fitting(found.memories)
        complete = found.complete and len(bodies) == len(found.memories)
        return Response(200, MemoriesResponse(memories=bodies, next=None, complete=complete))
    page = memories.list_page(request.user_id, limit, cursor)
    bodies = _fitting(page.memories)
    following = page.next if len(bodies) == len(page.memories) else bodies[-1].memory_id
    return Response(200, MemoriesResponse(memories=bodies, next=following))


def _fitting(memories: Sequence[Memory]) -> list[MemoryBody]:
    """The first ones, as many as fit into one reply."""
    bodies = [memory_body(memory) for memory in memories]
    count = how_many_fit(
        (body.model_dump_json() for body in bodies), MemoriesResponse(memories=[], next=None).model_dump_json()
    )
    return bodies[:count]


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters."""
    return http_function("search", {"list_memories": list_memories}, services)


handler = lambda_function(make_handler, before_snapshot=("memory_service", "ranking"))
