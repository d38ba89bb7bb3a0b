/** The chat page: signs in, and shows the view that the URL's hash names. */

import { ChatClient, Unauthorized } from "../chat-client.js";
import { ChatList } from "./chat-list.js";
import { ChatRoom } from "./chat-room.js";
import { byId } from "./dom.js";
import { MemoryRoom } from "./memory-room.js";
import { askToSignIn, finishSignIn, signOut, signedIn, token, userName, whenSignInChanges } from "./sign-in.js";

const client = new ChatClient({ baseUrl: location.pathname, token });
/** Tells the other tabs which chat this tab changed. */
const tabs = new BroadcastChannel(`async-chat page ${location.pathname}`);
const list = new ChatList(client, failed);
const chatRoom = new ChatRoom(client, list, { began, moved, left: () => (location.hash = "#new"), failed });
const memoryRoom = new MemoryRoom(client, failed);

async function start() {
  await finishSignIn().catch((error) => (byId("door-reason").textContent = error.message));
  if (!signedIn()) await openDoor();
  byId("user").textContent = userName();
  byId("sign-out").addEventListener("click", () => (signOut(), sessionStorage.clear(), location.reload()));
  byId("dismiss").addEventListener("click", () => (byId("complaint").hidden = true));
  addEventListener("hashchange", showRoom);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  addEventListener("online", refresh);
  tabs.onmessage = ({ data }) => {
    list.refresh();
    if (data && data === chatRoom.chatId) chatRoom.catchUp();
  };
  whenSignInChanges(() => location.reload());
  showRoom();
  list.refresh();
}

/** Show the sign-in dialog until the user is signed in. */
async function openDoor() {
  const door = byId("door");
  door.addEventListener("cancel", (/** @type {Event} */ event) => event.preventDefault());
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
async function failed(error) {
  if (error instanceof Unauthorized) {
    if (byId("door").open) return;
    byId("door-reason").textContent = "Your sign-in has expired. Sign in to continue.";
    signOut();
    await openDoor();
    return location.reload();
  }
  byId("complaint-text").textContent = /** @type {Error} */ (error).message;
  byId("complaint").hidden = false;
}

start();
