"""What grows with a chat is measured on chats that the real functions read as DynamoDB would."""

from benchmarks import growth


def test_a_poll_with_a_cursor_reads_what_is_new_however_long_the_chat() -> None:
    counted = {}
    for size in (10, 3_000):
        filled = growth.Filled(chats=(size,), lists=(), memories=())
        with filled.service.store.counting() as consumed:
            growth.poll(filled, size, after=True).call()
        (query,) = consumed
        counted[size] = (query.operation, query.items, query.read)
    assert counted[10] == counted[3_000] == ("Query", 3, 1), "two messages and the header"
