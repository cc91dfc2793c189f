// A reply while it is written: `ChatEvent` in Swift says what comes.
import { addCopyButtons } from "./copy.js";
import { elements } from "./html.js";
import { events } from "./events.js";
import { localize } from "./times.js";

const headers = { Accept: "text/event-stream, application/problem+json" };

export class Reply {
  #row = null;
  #abort = new AbortController();
  #chat = null;
  #stopAction = null;
  #isStopped = false;
  #place = null;
  #transcript = document.getElementById("transcript");
  #status = document.getElementById("status");

  /** Sends `form`; returns the last event, or throws when the connection is lost. `onBegin` gets the first. */
  async ask(form, onBegin) {
    const body = new URLSearchParams(new FormData(form));
    const model = document.getElementById("model");
    if (model?.value && !body.has("model")) body.set("model", model.value);
    this.#chat = new URL(form.action).pathname.split("/")[2] ?? body.get("submission");
    return this.#follow(await fetch(form.action, { method: "POST", body, headers, signal: this.#abort.signal }), onBegin);
  }

  /** Goes on with a reply that was being written when the page was opened. */
  async resume(row) {
    this.#row = row;
    this.#stopAction = row.dataset.stop;
    return this.#follow(await fetch(row.dataset.stream, { headers, signal: this.#abort.signal }), () => {});
  }

  /** Really stops it: at the model, not only here. Before it begins it is known by its chat; a place in the queue is left. */
  async stop() {
    this.#isStopped = true;
    const answer = fetch(this.#stopAction ?? `/chat/${this.#chat}/stop`, { method: "POST", headers: { Accept: "application/json" } });
    if (this.#place) this.#abort.abort();
    try {
      await answer;
    } finally {
      if (!this.#stopAction) this.#abort.abort();
    }
  }

  async #follow(response, onBegin) {
    if (response.redirected) return this.#leave(response.url);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
      throw this.#isStopped ? new DOMException("", "AbortError") : await problem(response);
    }
    for await (const { name, data } of events(response)) {
      if (name === "wait") this.#wait(data.message);
      else this.close();
      if (name === "begin") this.#begin(data, onBegin);
      if (name === "block") this.#block(data);
      if (name === "end" || name === "fail") return this.#finish(name, data);
    }
    throw new Error(document.body.dataset.lost);
  }

  /** The session has ended, or the server wants a whole page: the draft is kept, so nothing is lost. */
  #leave(address) {
    location.assign(address);
    return new Promise(() => {});
  }

  /** Until it is the question's turn, its place stands where it was sent from. */
  #wait(message) {
    if (!this.#place) {
      this.#place = document.createElement("p");
      this.#place.className = "note";
      this.#place.setAttribute("role", "status");
      document.getElementById("composer").prepend(this.#place);
    }
    this.#place.textContent = message;
  }

  /** Nothing is to be waited for any more. */
  close() {
    this.#place?.remove();
    this.#place = null;
  }

  #begin(data, onBegin) {
    this.#stopAction = data.stop;
    const rows = elements(data.html);
    for (const id of data.removes) document.getElementById(`m${id}`)?.remove();
    for (const offer of this.#transcript.querySelectorAll("footer form, footer .menu")) offer.remove();
    document.getElementById("welcome")?.remove();
    this.#transcript.append(rows);
    this.#row = this.#transcript.lastElementChild;
    this.#status.textContent = document.body.dataset.writing;
    onBegin(data);
    this.#row.scrollIntoView({ block: "nearest" });
  }

  #block({ index, html }) {
    const content = this.#row.querySelector(".content");
    const isAtEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 80;
    while (content.children.length <= index) content.append(newBlock());
    content.children[index].replaceChildren(elements(html));
    if (isAtEnd) window.scrollTo({ top: document.documentElement.scrollHeight });
  }

  #finish(name, data) {
    for (const row of data.html ? [...elements(data.html).children] : []) {
      document.getElementById(row.id)?.replaceWith(row);
      localize(row);
      addCopyButtons(row);
    }
    this.#status.textContent = name === "end" ? data.summary : data.message;
    return { name, data };
  }
}

function newBlock() {
  const block = document.createElement("div");
  block.dataset.block = "";
  return block;
}

/** What the server refused, in its own words; after the session has ended, the way to sign in again. */
async function problem(response) {
  if (response.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
  const isProblem = response.headers.get("content-type")?.includes("json");
  const detail = isProblem ? (await response.json()).detail : null;
  return new Error(detail ?? document.body.dataset.lost);
}
