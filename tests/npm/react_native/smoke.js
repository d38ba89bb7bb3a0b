/** The installed package where fetch is all there is: as React Native's Metro, Node takes the entry of the condition `react-native`. */

for (const name of ["crypto", "navigator", "BroadcastChannel", "structuredClone", "addEventListener"]) {
  Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
}
AbortSignal.any = AbortSignal.timeout = undefined;

const { ChatClient } = await import("async-chat");
const { FakeService } = await import("async-chat/testing");

const { url, fetch } = new FakeService();
const client = new ChatClient({ baseUrl: url, token: "alice", fetch, callTimeoutMs: 1_000 });
const { content } = await (await client.ask("Where did I park?")).answer();
console.log(JSON.stringify({ content, added: typeof AbortSignal.any }));
