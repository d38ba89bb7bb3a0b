"""A web page that a developer opens beside the running stack: it reads nothing of it and changes nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Final

import pytest

from tests.e2e.running_stack import RunningStack
from tests.pages.hosted_sign_in import address_of, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: What a page can try with nothing but `fetch`, a form, a frame, an image, a script and a socket.
ATTEMPTS: Final = """async ({ endpoint, page, host, table }) => {
    const amz = (target, type) => ({ method: "POST", body: JSON.stringify({ TableName: table }), headers: {
        "Content-Type": type, "X-Amz-Target": target, Authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    } });
    const calls = [
        [`${endpoint}/_ministack/health`, {}],
        [`${endpoint}/_ministack/reset`, { method: "POST", mode: "no-cors" }],
        [`${host}/_ministack/reset`, { method: "POST", mode: "no-cors" }],
        [endpoint, amz("DynamoDB_20120810.Scan", "application/x-amz-json-1.0")],
        [endpoint, { method: "POST", mode: "no-cors", body: "Action=ListUsers&Version=2010-05-08" }],
        [`${endpoint}/2015-03-31/functions/`, {}],
        [page, {}],
        [`${page}health`, {}],
        [`${page}chats`, { headers: { Authorization: "Bearer x" } }],
    ];
    const seen = [];
    for (const [url, how] of calls) {
        try {
            const answer = await fetch(url, how);
            seen.push(answer.type === "opaque" ? "" : `${url}: ${await answer.text()}`);
        } catch { seen.push(""); }
    }
    const element = (tag, attributes) => new Promise((done) => {
        const made = Object.assign(document.createElement(tag), attributes);
        made.onload = () => done(tag === "iframe" ? "" : `${tag} loaded`);
        made.onerror = () => done("");
        document.body.append(made);
    });
    seen.push(await element("img", { src: `${endpoint}/_ministack/health` }));
    seen.push(await element("script", { src: `${page}openapi.json` }));
    seen.push(await element("iframe", { src: page }));
    seen.push(await new Promise((done) => {
        const socket = new WebSocket(endpoint.replace("http", "ws") + "/event/realtime");
        socket.onopen = () => done("socket opened");
        socket.onerror = () => done("");
    }));
    return seen.filter(Boolean);
}"""


@pytest.fixture
def foreign(browser: Browser) -> Iterator[Page]:
    """A page on another port of this machine, as a developer's other project, or an npm package's demo."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.wfile.write(b"<!doctype html><title>Another page</title><p>Hello.")

    server = serve(answer)
    context = browser.new_context()
    page = context.new_page()
    page.goto(address_of(server))
    yield page
    context.close()
    server.shutdown()
    server.server_close()


def test_page_of_another_port_gets_nothing_from_the_stack(foreign: Page, stack: RunningStack) -> None:
    answers: list[int] = []
    foreign.on("response", lambda answer: answers.append(answer.status))
    table = stack.outputs["table_names"]["memories"]
    where = {
        "endpoint": stack.endpoint, "page": f"{stack.api_url}/", "table": table,
        "host": stack.endpoint.replace("127.0.0.1", "localhost"),
    }  # fmt: skip
    assert foreign.evaluate(ATTEMPTS, where) == []
    assert answers
    assert set(answers) == {403}
    assert stack.client("dynamodb").describe_table(TableName=table)["Table"]["TableName"] == table


def test_link_of_another_page_opens_the_chat_page(foreign: Page, stack: RunningStack) -> None:
    foreign.evaluate("(href) => document.body.append(Object.assign(document.createElement('a'), { href, text: 'x' }))",
                     f"{stack.api_url}/")  # fmt: skip
    foreign.get_by_role("link").click()
    foreign.get_by_role("dialog", name="Async Chat").wait_for()
