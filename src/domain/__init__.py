"""The rules of chats, turns and memories: plain Python, no I/O, no framework."""
