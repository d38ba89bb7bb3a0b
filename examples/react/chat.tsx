import { ChatClient } from "async-chat";
import { useAsyncChat } from "async-chat/react";
import { createRoot } from "react-dom/client";
const client = new ChatClient({ baseUrl: import.meta.env.VITE_API, token: import.meta.env.VITE_TOKEN });
function Chat() {
  const chat = useAsyncChat({ client, chatId: location.hash.slice(1) || undefined });
  const thinking = chat.sending !== null || chat.status === "thinking";
  const ask = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const chatId = await chat.ask(form.question.value);
    if (chatId) form.reset(), (location.hash = chatId);
  };
  return (
    <form onSubmit={ask}>
      {chat.messages.map((message) => <p key={message.message_id} className={message.role}>{message.content}</p>)}
      {thinking && <p role="status">{chat.steps.map((step) => <i key={step.at}>{step.text} </i>)} {chat.draft}</p>}
      <p role="alert">{(chat.refusal ?? chat.outage ?? chat.error)?.message}</p>
      <input name="question" aria-label="Question" required />
      {thinking ? <button type="button" onClick={chat.stop}>Stop</button> : <button key="ask">Ask</button>}
      {(chat.status === "failed" || chat.status === "cancelled") && <button type="button" onClick={chat.retry}>Retry</button>}
    </form>
  );
}
createRoot(document.getElementById("chat")!).render(<Chat />);
