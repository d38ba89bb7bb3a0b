/** The app's page: asks, shows progress, then the answer. */

import { ChatClient } from "./chat-client.js";

export async function ask(question, { baseUrl, token, show }) {
  const chat = new ChatClient({ baseUrl, token });
  const turn = await chat.ask(question);
  for await (const update of turn.updates()) {
    if (update.status === "thinking") show(update.draft ?? update.steps.at(-1)?.text ?? "Thinking");
    else if (update.status === "answered") show(update.messages.at(-1).content);
    else show(update.error?.message ?? "Stopped.");
  }
}
