"""What one call reads, on chats that the real functions read from the keyed store."""

from benchmarks import growth


def test_poll_with_a_cursor_reads_only_new_messages_of_a_long_chat() -> None:
    counted = {}
    for size in (10, 3_000):
        filled = growth.Filled(chats=(size,), lists=(), memories=())
        with filled.service.store.counting() as consumed:
            growth.poll(filled, size, after=True).call()
        (query,) = consumed
        counted[size] = (query.operation, query.items, query.read)
    assert counted[10] == counted[3_000] == ("Query", 3, 1), "two messages and the header"
