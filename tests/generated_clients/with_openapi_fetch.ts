// An app on openapi-typescript's types and openapi-fetch: asks, polls, sends a bad memory, and prints what it saw.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const [, , baseUrl] = process.argv;
const client = createClient<paths>({ baseUrl: baseUrl!, headers: { Authorization: "Bearer alice" } });

const asked = await client.POST("/memories/chat", { body: { question: "Where did I park the car?" } });
if (asked.error) throw new Error(asked.error.code ?? asked.error.message);
const chat_id: string = asked.data.chat_id;

const polled = await client.GET("/chats/messages", { params: { query: { chat_id } } });
if (polled.error) throw new Error(polled.error.code);
const texts: string[] = polled.data.messages.map((message) => `${message.role}: ${message.content}`);

const refused = await client.POST("/memories", { body: { memories: [{ text: "x" }, { text: " " }] } });
const code: string | undefined = refused.error?.code;
const pointers = refused.error?.errors?.map((fault) => fault.pointer);
console.log(JSON.stringify({ status: polled.data.status, texts, code, pointers }));
