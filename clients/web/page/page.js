/** The chat page: signs in, and shows the view that the URL's hash names. */

import { ChatClient, Unauthorized } from "../chat-client.js";
import { ChatList } from "./chat-list.js";
import { ChatRoom } from "./chat-room.js";
import { announce, byId, setText } from "./dom.js";
import { MemoryRoom } from "./memory-room.js";
import { Drafts, enterAs } from "./drafts.js";
import { sentenceOf } from "./sentences.js";
import { HERE, askToSignIn, examples, expire, finishSignIn, hasExpired, signOut, signOutAddress, signedIn, token, userId, userName, whenSignInChanges } from "./sign-in.js";

const client = new ChatClient({ baseUrl: location.pathname, token });
/** Tells the other tabs which chat this tab changed. */
const tabs = new BroadcastChannel(`async-chat page ${location.pathname}`);
const list = new ChatList(client, failed);
const chatRoom = new ChatRoom(client, list, { began, moved, left: () => (location.hash = "#new"), failed });
const memoryRoom = new MemoryRoom(client, failed);
/** The signed-in user's id. */
let user = "";

async function start() {
  byId("door").addEventListener("cancel", (/** @type {Event} */ event) => event.preventDefault());
  // A browser lets `cancel` be prevented once, and closes the dialog at the next Escape.
  byId("door").addEventListener("close", () => signedIn() || byId("door").showModal());
  await finishSignIn().catch((error) => setText("door-reason", sentenceOf(error)));
  if (!signedIn()) await openDoor();
  user = userId();
  if (enterAs(user)) history.replaceState(null, "", HERE);
  chatRoom.enter(new Drafts(user), examples());
  setText("user", userName());
  byId("sign-out").addEventListener("click", leave);
  byId("dismiss").addEventListener("click", () => (byId("complaint").hidden = true));
  addEventListener("hashchange", showRoom);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  addEventListener("online", refresh);
  tabs.onmessage = ({ data }) => {
    list.refresh();
    if (data && data === chatRoom.chatId) chatRoom.catchUp();
  };
  whenSignInChanges(signInChanged);
  showRoom();
  list.refresh();
}

/** Sign out here, and where the user has signed in. */
function leave() {
  signOut();
  forget();
  const elsewhere = signOutAddress();
  if (elsewhere) location.assign(elsewhere);
  else location.reload();
}

/** Another tab has signed in or out. */
function signInChanged() {
  if (signedIn() ? userId() === user : hasExpired()) return signedIn() || lockOut();
  forget();
  location.reload();
}

/** Keep nothing of the user's: neither on the screen nor in this tab's storage and address. */
function forget() {
  clearPage();
  sessionStorage.clear();
  history.replaceState(null, "", HERE);
}

/** The sign-in has expired. Drafts stay for the same user: another one does not get to see them. */
async function lockOut() {
  if (byId("door").open) return;
  clearPage();
  expire();
  setText("door-reason", "Your sign-in has expired. Sign in to continue.");
  await openDoor();
  location.reload();
}

/** Before anything is awaited: nothing of the user's may stay behind the door, nor come back by a late reply. */
function clearPage() {
  for (const part of [chatRoom, list, memoryRoom]) part.leave();
  byId("memory").close();
  byId("memory").replaceChildren();
  byId("complaint").hidden = true;
  for (const id of ["user", "complaint-text"]) setText(id, "");
  announce("");
  document.title = "Async Chat";
}

/** Show the sign-in dialog until the user is signed in. */
async function openDoor() {
  const door = byId("door");
  door.showModal();
  await askToSignIn(byId("ways"));
  door.close();
}

function showRoom() {
  const [name, id = ""] = location.hash.slice(1).split("=");
  const room = ["chats", "memories"].includes(name) ? name : "chat";
  document.body.dataset.room = room;
  byId("complaint").hidden = true;
  byId("to-memories").setAttribute("aria-current", room === "memories" ? "page" : "false");
  list.select(room === "chat" ? id : "");
  if (room === "memories") memoryRoom.open();
  else if (room === "chat" && id && id === chatRoom.chatId) chatRoom.catchUp();
  else if (room === "chat") chatRoom.open(id);
}

function refresh() {
  byId("complaint").hidden = true;
  list.refresh();
  chatRoom.catchUp();
}

/** Put a new chat's id into the URL, so that a reload opens it. @param {string} chatId */
function began(chatId) {
  history.replaceState(null, "", `#chat=${chatId}`);
  list.select(chatId);
}

/** @param {string} chatId */
function moved(chatId) {
  tabs.postMessage(chatId);
  list.refresh();
}

/** @param {unknown} error */
function failed(error) {
  if (error instanceof Unauthorized) return lockOut();
  setText("complaint-text", sentenceOf(error));
  byId("complaint").hidden = false;
}

start();
