"""`async-chat`, also as `python -m async_chat_client`."""

import sys


def main() -> None:
    try:
        from async_chat_client._terminal.app import app  # Typer and Rich are an extra; the client needs httpx only
    except ModuleNotFoundError as missing:
        if missing.name not in {"typer", "rich", "markdown_it"}:
            raise
        sys.exit("The terminal needs more libraries: pip install 'async-chat-client[terminal]'")
    app()


if __name__ == "__main__":
    main()
