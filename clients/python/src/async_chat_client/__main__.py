"""`async-chat`, also as `python -m async_chat_client`."""

import sys


def main() -> None:
    """Run the terminal, or say how to get it."""
    try:
        from async_chat_client._terminal.app import app  # its libraries are an extra: the client alone needs none
    except ModuleNotFoundError as missing:
        if missing.name not in {"typer", "rich"}:
            raise
        sys.exit("The terminal needs two more libraries: pip install 'async-chat-client[terminal]'")
    app()


if __name__ == "__main__":
    main()
