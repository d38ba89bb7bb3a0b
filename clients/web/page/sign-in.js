/** Sign-in: an access token from the hosted sign-in, by a demo user's password, or typed in. */

import { Unauthorized } from "../chat-errors.js";
import { byId, element } from "./dom.js";
import { plain } from "./plain-text.js";
import { Refusal, sentenceOf } from "./sentences.js";

/**
 * The way to sign in, which the service writes into the page.
 * @typedef {{kind: "hosted", authorize_url: string, token_url: string, client_id: string, scope: string} |
 *           {kind: "password", url: string, client_id: string, demo: {users: string[], password: string, examples?: Record<string, string[]>} | null}} SignInWay
 */

export const HERE = location.origin + location.pathname;
const TOKEN = `async-chat token ${HERE}`;
/** Set while nobody is signed in because the token has expired: then the user is likely to come back. */
const EXPIRED = `async-chat expired ${HERE}`;
const PROOF = "async-chat proof";

/** @type {SignInWay | null} */
const way = JSON.parse(byId("sign-in-way").textContent);

/** The access token. Throws Unauthorized when signed out. */
export function token() {
  const kept = localStorage.getItem(TOKEN);
  if (kept) return kept;
  throw new Unauthorized({ status: 401, code: "unauthorized", detail: "Sign in first." });
}

export function signedIn() {
  return localStorage.getItem(TOKEN) !== null;
}

export function signOut() {
  localStorage.removeItem(EXPIRED);
  localStorage.removeItem(TOKEN);
}

/** The token is refused. Other tabs learn that nobody has signed out. */
export function expire() {
  localStorage.setItem(EXPIRED, "true");
  localStorage.removeItem(TOKEN);
}

export function hasExpired() {
  return localStorage.getItem(EXPIRED) !== null;
}

/** @param {string} accessToken */
function keep(accessToken) {
  localStorage.removeItem(EXPIRED);
  localStorage.setItem(TOKEN, accessToken);
}

/**
 * Where the hosted sign-in forgets the user: without it, its cookie signs the next person in as this one for an hour.
 * Cognito has it beside the authorization endpoint, and comes back to the page, which is one of its sign-out URLs:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 * @returns {string | null} null when there is no such address
 */
export function signOutAddress() {
  const cognito = way?.kind === "hosted" && cognitoOf(way);
  return cognito ? `${cognito}/logout?${new URLSearchParams({ client_id: way.client_id, logout_uri: HERE })}` : null;
}

/** Where a hosted sign-in has Cognito's paths; undefined for another issuer. @param {any} hosted */
const cognitoOf = ({ authorize_url }) => /^(https?:.*)\/oauth2\/authorize$/.exec(authorize_url)?.[1];

/** The user's name from the token's claims. */
export function userName() {
  const { username, preferred_username, sub } = claims();
  return `${username ?? preferred_username ?? sub ?? "you"}`;
}

/** Questions that a demo user's memories answer; none for other users: nobody knows what is in their memories. */
export function examples() {
  return (way?.kind === "password" && way.demo?.examples?.[userName()]) || [];
}

/** The token's `sub`; "" when the token is not a JWT. */
export function userId() {
  return `${claims().sub ?? ""}`;
}

function claims() {
  try {
    return JSON.parse(atob(token().split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))) ?? {};
  } catch {
    return {};
  }
}

/** Calls `changed` when another tab signs in or out. @param {() => void} changed */
export function whenSignInChanges(changed) {
  addEventListener("storage", (event) => (event.key === TOKEN || event.key === null) && changed());
}

/**
 * Show the controls to sign in; resolves once there is a token.
 * @param {HTMLElement} container
 */
export function askToSignIn(container) {
  return new Promise((resolve) => {
    /** @param {() => Promise<string>} fetchToken */
    const attempt = async (fetchToken) => {
      complaint.textContent = "";
      try {
        keep(await fetchToken());
        resolve(undefined);
      } catch (error) {
        complaint.textContent = plain(`Signing in failed: ${sentenceOf(error)}`);
      }
    };
    const complaint = element("p", { role: "alert", class: "complaint" });
    container.replaceChildren(...controls(attempt), complaint);
    /** @type {any} */ (container.querySelector("button, input"))?.focus();
    whenSignInChanges(() => signedIn() && resolve(undefined));
  });
}

/** @param {(fetchToken: () => Promise<string>) => void} attempt @returns {HTMLElement[]} */
function controls(attempt) {
  if (way?.kind === "hosted") return [signInButton("Sign in", () => leaveToSignIn(way))];
  if (way?.kind !== "password" || !way.demo) return [tokenForm(attempt)];
  const { users, password } = way.demo;
  return users.map((name) => signInButton(`Continue as ${name}`, () => attempt(() => fetchByPassword(way, name, password))));
}

/** @param {string} label @param {() => void} click */
const signInButton = (label, click) => element("button", { type: "button", class: "primary", click }, label);

/** @param {(fetchToken: () => Promise<string>) => void} attempt */
function tokenForm(attempt) {
  const input = element("input", { type: "password", autocomplete: "off", required: true });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(async () => input.value.trim());
  };
  return element("form", { submit }, element("label", {}, "Access token", input), element("button", { class: "primary" }, "Sign in"));
}

/** @param {{url: string, client_id: string}} passwordWay @param {string} name @param {string} password */
async function fetchByPassword(passwordWay, name, password) {
  const answer = await reach(passwordWay.url, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth" },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: passwordWay.client_id,
      AuthParameters: { USERNAME: name, PASSWORD: password },
    }),
  });
  const body = await answer.json();
  if (!body.AuthenticationResult) throw new Refusal(body.message ?? body.ChallengeName ?? `status ${answer.status}`);
  return body.AuthenticationResult.AccessToken;
}

/** @param {string} url @param {RequestInit} sent */
const reach = (url, sent) =>
  fetch(url, sent).catch(() => {
    throw new Refusal("The sign-in service cannot be reached.");
  });

/** Redirect to the hosted sign-in, with PKCE: the authorization code is useless without the verifier. @param {any} hosted */
async function leaveToSignIn(hosted) {
  const proof = { verifier: random(), state: random(), hash: location.hash };
  sessionStorage.setItem(PROOF, JSON.stringify(proof));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(proof.verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: hosted.client_id,
    redirect_uri: HERE,
    scope: hosted.scope,
    state: proof.state,
    code_challenge: urlSafe(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.assign(`${hosted.authorize_url}?${query}`);
}

/** After the redirect back: exchange the authorization code for a token, and restore the URL. */
export async function finishSignIn() {
  const query = new URLSearchParams(location.search);
  const proof = JSON.parse(sessionStorage.getItem(PROOF) ?? "null");
  if (way?.kind !== "hosted" || !proof || query.get("state") !== proof.state) return;
  sessionStorage.removeItem(PROOF);
  history.replaceState(null, "", HERE + proof.hash);
  if (!query.has("code")) throw new Refusal(query.get("error_description") ?? "The sign-in was cancelled.");
  const answer = await reach(way.token_url, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: way.client_id,
      redirect_uri: HERE,
      code: query.get("code") ?? "",
      code_verifier: proof.verifier,
    }),
  });
  if (!answer.ok) throw new Refusal("The sign-in was refused.");
  const { access_token, refresh_token } = await answer.json();
  if (refresh_token) revoke(way, refresh_token);
  keep(access_token);
}

/**
 * The page never renews its access token, so nobody shall be able to for the month that Cognito would allow it. API
 * Gateway goes on accepting the access token, of which it checks signature and expiry. No reply is read, so the
 * address needs no CORS: https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
 * @param {any} hosted @param {string} refreshToken
 */
function revoke(hosted, refreshToken) {
  const cognito = cognitoOf(hosted);
  const body = new URLSearchParams({ token: refreshToken, client_id: hosted.client_id });
  if (cognito) fetch(`${cognito}/oauth2/revoke`, { method: "POST", mode: "no-cors", body }).catch(() => {});
}

const random = () => urlSafe(crypto.getRandomValues(new Uint8Array(32)));

/** @param {Uint8Array} bytes */
const urlSafe = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
