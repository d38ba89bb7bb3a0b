"""`async-chat`, the terminal: needs the extra `terminal` (Typer and Rich)."""
