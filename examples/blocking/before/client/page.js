/** The app's page: asks and shows the answer. */

export async function ask(question, { baseUrl, token, show }) {
  const reply = await fetch(`${baseUrl}/ask`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ question }),
  });
  if (!reply.ok) throw new Error(`The service answered ${reply.status}.`);
  const { answer } = await reply.json();
  show(answer);
}
