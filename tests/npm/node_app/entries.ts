/** The entries for React and the AI SDK, by their types. */

import { useChat } from "@ai-sdk/react";
import { ChatClient } from "async-chat";
import { AsyncChatTransport, uiMessages } from "async-chat/ai-sdk";
import { useAsyncChat } from "async-chat/react";

const client = new ChatClient({ baseUrl: "https://chat.example.com", token: () => "alice" });

export function Chat({ chatId }: { chatId?: string }): string {
  const { messages, status, ask } = useAsyncChat({ client, chatId });
  void ask("Where did I park?").then((id: string | undefined) => id);
  const transport = new AsyncChatTransport({ client, chatId, onChat: (id: string) => void id });
  const chat = useChat({ transport, messages: uiMessages(messages) });
  for (const { parts } of chat.messages) for (const part of parts) if (part.type === "data-step") return part.data.text;
  return `${status}`;
}
