// The composer: keys, the draft that survives everything, sending and stopping without leaving the page.
import { Gauge } from "./gauge.js";
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
    this.#stop.addEventListener("click", () => this.#reply?.stop());
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

  #changed() {
    sessionStorage.setItem(this.#draftKey, this.#text.value);
    this.#gauge.draft();
  }

  async #submit(form) {
    if (this.#reply) return;
    await this.#follow((reply) => reply.ask(form, (data) => this.#begun(form, data)));
  }

  async #resume() {
    const row = document.querySelector("[data-stream]");
    if (row) await this.#follow((reply) => reply.resume(row, this.#stop.dataset.action));
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
      this.#say(error.message || document.body.dataset.lost);
    } finally {
      this.#reply = null;
      this.#setBusy(false);
    }
  }

  /** The server has the question: the draft has done its duty. */
  #begun(form, data) {
    if (data.address !== location.pathname) history.replaceState(null, "", data.address);
    if (form === this.#form) this.#clear(data);
    this.#gauge.show(data.gauge);
  }

  #clear(data) {
    sessionStorage.removeItem(this.#draftKey);
    this.#text.value = "";
    this.#text.defaultValue = "";
    this.#form.action = data.address;
    this.#form.elements.chat.value = data.chat;
    this.#form.elements.submission.value = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  }

  #setBusy(isBusy) {
    this.#stop.hidden = !isBusy;
    this.#send.hidden = isBusy;
    document.getElementById("problem")?.remove();
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
