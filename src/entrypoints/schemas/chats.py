"""Models of the list of chats."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.chat import ChatSummary
from entrypoints.schemas.fields import ApiModel, Status, Timestamp, status_of


class LastMessage(ApiModel):
    """The newest message of a chat, shortened."""

    message_id: str
    role: Literal["user", "assistant"]
    content: str
    created_at: Timestamp


class ChatBody(ApiModel):
    """A chat in the list."""

    chat_id: str
    title: str
    status: Status
    last_message: LastMessage
    unread: bool


class ChatsResponse(ApiModel):
    """A page of the user's chats, newest activity first."""

    chats: list[ChatBody]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")


def chat_body(chat: ChatSummary, now: datetime) -> ChatBody:
    """The chat as a list entry, with its status at `now`."""
    last = LastMessage(
        message_id=chat.last_message_id,
        role="assistant" if chat.last_message_id == chat.last_answer_id else "user",
        content=chat.last_text,
        created_at=chat.active_at,
    )
    return ChatBody(
        chat_id=chat.chat_id,
        title=chat.title,
        status=status_of(chat.state_at(now)),
        last_message=last,
        unread=chat.unread,
    )
