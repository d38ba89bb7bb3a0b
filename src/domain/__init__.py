"""What a chat is and how a turn is taken: plain Python, no I/O, no framework."""
