// The composer: keys, the draft that survives everything, sending and stopping without leaving the page.
import { Gauge } from "./gauge.js";
import { elements } from "./html.js";
import { Reply } from "./reply.js";

export class Composer {
  #form;
  #text;
  #gauge;
  #send;
  #stop;
  #reply = null;

  constructor(form) {
    this.#form = form;
    this.#text = form.elements.text;
    this.#send = form.querySelector("#send");
    this.#stop = form.querySelector("#stop");
    this.#gauge = new Gauge(form);
    this.#restoreDraft();
    this.#listen();
    this.#resume();
  }

  get #draftKey() { return `draft:${this.#form.elements.chat.value || "new"}`; }

  #restoreDraft() {
    const draft = sessionStorage.getItem(this.#draftKey);
    if (!draft || this.#text.value) return;
    this.#text.value = draft;
    this.#gauge.draft();
  }

  #listen() {
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#changed());
    this.#form.elements.model.addEventListener("change", () => this.#changed());
    this.#form.addEventListener("due", () => this.#gauge.draft());
    this.#stop.addEventListener("click", (event) => this.#clickedStop(event));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#reply?.stop();
    });
    document.addEventListener("submit", (event) => {
      if (!("reply" in event.target.dataset)) return;
      event.preventDefault();
      this.#submit(event.target);
    });
  }

  /** Enter sends, but not while a character is being composed and not on a touch keyboard, which has no Shift. */
  #key(event) {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (!this.#send.disabled) this.#form.requestSubmit(this.#send);
  }

  /** It takes the place of the button that sends: the second click of a double click is not meant for it. */
  #clickedStop({ detail: clicks }) {
    if (clicks < 2) this.#reply?.stop();
  }

  #changed() {
    sessionStorage.setItem(this.#draftKey, this.#text.value);
    document.getElementById("problem")?.remove();
    this.#gauge.draft();
  }

  async #submit(form) {
    if (this.#reply) return;
    await this.#follow((reply) => reply.ask(form, (data) => this.#begun(form, data)));
  }

  async #resume() {
    const row = document.querySelector("[data-stream]");
    if (row) await this.#follow((reply) => reply.resume(row));
  }

  async #follow(start) {
    this.#reply = new Reply();
    this.#setBusy(true);
    try {
      const { name, data } = await start(this.#reply);
      this.#gauge.show(data.gauge);
      if (name === "end") this.#showTotals(data);
      if (name === "fail" && !data.html) this.#say(data.message);
    } catch (error) {
      if (error.name === "AbortError") this.#rename();
      else this.#say(error instanceof TypeError ? document.body.dataset.lost : error.message);
      this.#gauge.draft();
    } finally {
      this.#reply?.close();
      this.#reply = null;
      this.#setBusy(false);
    }
  }

  /** The server has the question: the draft has done its duty. */
  #begun(form, data) {
    if (data.address !== location.pathname) {
      history.replaceState(null, "", data.address);
      this.#refreshSurroundings();
    }
    if (form === this.#form) this.#clear(data);
    this.#gauge.show(data.gauge);
  }

  #clear(data) {
    sessionStorage.removeItem(this.#draftKey);
    this.#text.value = "";
    this.#text.defaultValue = "";
    this.#form.action = data.address;
    this.#form.elements.chat.value = data.chat;
    this.#rename();
  }

  /** What is sent next is another question, even in the same words. */
  #rename() { this.#form.elements.submission.value = randomName(); }

  /** A chat that has just begun stands in the list, and has a name, a total and a menu. */
  async #refreshSurroundings() {
    const page = elements(await (await fetch(location.pathname)).text());
    for (const part of ["#history", ".talk > .head"]) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part)?.replaceWith(fresh);
    }
    document.title = `${document.getElementById("title").textContent} · Sluice`;
  }

  #setBusy(isBusy) {
    this.#stop.hidden = !isBusy;
    this.#send.hidden = isBusy;
    if (isBusy) document.getElementById("problem")?.remove();
  }

  #showTotals({ total, today }) {
    for (const [id, text] of [["total", total], ["today", today]]) {
      const place = document.getElementById(id);
      if (place && text) place.textContent = text;
    }
  }

  #say(message) {
    const note = document.createElement("p");
    note.id = "problem";
    note.className = "note stop";
    note.setAttribute("role", "alert");
    note.textContent = message;
    this.#form.prepend(note);
  }
}

/** 128 random bits; `crypto.randomUUID` is not there over plain HTTP. */
function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
