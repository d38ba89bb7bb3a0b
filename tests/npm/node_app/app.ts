/** An app on Node, under the strictest settings: asks, watches, stops and retries, against the package's fake service. */

import { ChatBusy, ChatClient, TurnCancelled, type Chat, type Memory, type Turn } from "async-chat";
import { FakeService, answers, type ScriptedTurn } from "async-chat/testing";

const script: ScriptedTurn = { answer: "Level 3, bay 12.", seconds: 0.1, steps: [[0, "Searching"]], citations: [{ memory_id: "m", quote: "bay 12" }] };
const service = new FakeService();
service.nextTurns(script, { seconds: 60 });
service.disturb("/memories/chat", answers(503));

const client: ChatClient = service.client("alice");
const turn: Turn = await client.ask("Where did I park?");
const steps: string[] = [];
for await (const update of turn.updates({ timeoutMs: 5_000 })) steps.push(...update.steps.map(({ text }) => text));
const answer = await turn.answer();
const quotes: string[] = answer.citations?.map(({ quote }) => quote) ?? [];

const long = await client.ask("And yesterday?", { chatId: turn.chatId });
const busy: boolean = await client.ask("And now?", { chatId: turn.chatId }).catch((error: unknown) => error instanceof ChatBusy) === true;
await long.cancel();
const stopped: boolean = await long.answer().then(() => false, (error: unknown) => error instanceof TurnCancelled);

await client.remember({ text: "I parked in bay 12.", tags: ["car"] });
const memories: Memory[] = (await client.memories({ search: "bay" })).memories;
const chats: Chat[] = (await client.chats()).chats;

// @ts-expect-error A question is a text.
const wrong = () => client.ask(42);
// @ts-expect-error There is no such status.
const never = chats[0]?.status === "asleep";

console.log(JSON.stringify({ answer: answer.content, step: steps[0], quotes, busy, stopped, memories: memories.length, title: chats[0]?.title, wrong: typeof wrong, never }));
