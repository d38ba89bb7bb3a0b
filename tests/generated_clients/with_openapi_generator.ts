// The same on the client that OpenAPI Generator (typescript-fetch) makes.
import { ChatsApi, Configuration, MemoriesApi, ProblemFromJSON, ResponseError } from "./generated/index.js";

const [, , basePath] = process.argv;
const configuration = new Configuration({ basePath: basePath!, accessToken: "alice" });

const chats = new ChatsApi(configuration);
const { chatId } = await chats.ask({ askRequest: { question: "Where did I park the car?" } });
const polled = await chats.poll({ chatId });
const texts: string[] = polled.messages.map((message) => `${message.role}: ${message.content}`);

let refused: unknown;
try {
  await new MemoriesApi(configuration).remember({ rememberRequest: { memories: [{ text: "x" }, { text: " " }] } });
} catch (error) {
  refused = error;
}
if (!(refused instanceof ResponseError)) throw refused;
const problem = ProblemFromJSON(await refused.response.json());
const pointers = problem.errors?.map((fault) => fault.pointer);
console.log(JSON.stringify({ status: polled.status, texts, code: problem.code, pointers }));
