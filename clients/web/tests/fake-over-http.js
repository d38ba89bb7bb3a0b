/**
 * The fake service over HTTP, for tests that are not in JavaScript or run in a browser. Prints its address.
 *
 * `POST /fake` with `{"turns": [...], "hint": {...}, "advance": seconds}` scripts turns, hints and moves the clock; it answers how many
 * turns were started.
 */

import { createServer } from "node:http";

import { FakeService } from "../testing.js";

let ahead = 0;
const service = new FakeService({ now: () => Date.now() + ahead });
/** A page of any origin may call it. */
const ALLOWED = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "*",
  "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
  "Access-Control-Expose-Headers": "Date, ETag, Retry-After",
};

const server = createServer(async (request, reply) => {
  let body = "";
  for await (const part of request) body += part;
  if (request.method === "OPTIONS") return reply.writeHead(204, ALLOWED).end();
  const { method, headers, url } = request;
  const answer =
    url === "/fake"
      ? Response.json(told(JSON.parse(body)))
      : await service.fetch(`${service.url}${url}`, { method, headers, body: body || undefined });
  reply.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...ALLOWED });
  reply.end(answer.status === 204 || answer.status === 304 ? undefined : await answer.text());
});

function told({ turns = [], hint, advance = 0 }) {
  service.nextTurns(...turns);
  if (hint) service.hint(hint);
  ahead += advance * 1000;
  return { turns: service.turnsRun };
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
