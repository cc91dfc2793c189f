// The level under the composer: an estimate at every key, the exact number from the server after a pause.
import { localize } from "./times.js";

const PAUSE = 400;
const format = new Intl.NumberFormat(document.documentElement.lang);

export class Gauge {
  #element;
  #form;
  #button;
  /** What the prompt costs without the draft. */
  #base = null;
  #timer = 0;
  #request = null;

  /** @param {HTMLFormElement} composer the form that the gauge stands in */
  constructor(composer) {
    this.#form = composer;
    this.#element = composer.querySelector("#gauge");
    this.#button = composer.querySelector("#send");
  }

  /** The draft has changed: shows an estimate now and asks for the exact number once the writer pauses. */
  draft() {
    if (!this.#element) return;
    const text = this.#form.elements.text.value;
    this.#base ??= this.#number("needs") - tokens(this.#form.elements.text.defaultValue);
    this.#estimate(this.#base + tokens(text));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#count(text), PAUSE);
  }

  async #count(text) {
    this.#request?.abort();
    this.#request = new AbortController();
    const { chat, model } = this.#form.elements;
    const body = JSON.stringify({ chat: chat.value, text, model: model.value });
    try {
      const headers = { Accept: "application/json", "Content-Type": "application/json" };
      const response = await fetch("/tokens", { method: "POST", body, headers, signal: this.#request.signal });
      if (response.ok) this.show((await response.json()).gauge, text);
    } catch (error) {
      if (error.name !== "AbortError") console.info("The exact count is not available now.", error.message);
    }
  }

  /** Shows what the server says about the draft `text` (`Gauge` in Swift has the same names). */
  show(gauge, text = "") {
    if (!gauge || !this.#element) return;
    for (const name of ["limit", "used", "held", "needs", "replyMax", "promptMax"]) {
      this.#element.dataset[name] = gauge.numbers[name];
    }
    this.#element.toggleAttribute("data-answered-anyway", gauge.numbers.isAnsweredAnyway);
    this.#base = gauge.numbers.needs - tokens(text);
    if (this.#form.elements.text.value !== text) return this.draft();
    this.#write({ ...gauge, advice: gauge.advice ?? "" }, gauge.bar);
    const time = this.#element.querySelector("time");
    if (time && gauge.resets && time.dateTime !== gauge.resets.iso) {
      time.dateTime = gauge.resets.iso;
      time.title = "";
      localize(this.#element);
    }
    this.#setState(gauge.state);
  }

  #estimate(needs) {
    const [limit, used, held, replyMax, promptMax] =
      ["limit", "used", "held", "replyMax", "promptMax"].map((name) => this.#number(name));
    const left = Math.max(0, limit - used - held);
    const reply = Math.max(0, Math.min(replyMax, left - needs));
    const after = Math.max(0, left - needs - reply);
    const thousandths = (amount) => (amount > 0 && limit > 0 ? Math.max(1, Math.floor(amount * 1000 / limit)) : 0);
    const bar = { afterWidth: thousandths(after), replyWidth: thousandths(reply) };
    bar.replyStart = bar.afterWidth;
    bar.needsStart = bar.replyStart + bar.replyWidth;
    bar.needsWidth = thousandths(Math.min(needs, left));
    bar.heldStart = bar.needsStart + bar.needsWidth;
    bar.heldWidth = thousandths(held);
    const worded = { left: format.format(left), held: format.format(held), needs: `≈ ${format.format(needs)}`,
      reply: format.format(reply), after: format.format(after) };
    this.#write(worded, bar);
    // An estimate may be wrong by a third: only one that is far past stops the writer before the server has counted.
    const room = "answeredAnyway" in this.#element.dataset ? promptMax : Math.min(promptMax, left);
    if (needs > 2 * room) this.#setState("blocked");
  }

  #write(worded, bar) {
    for (const [name, text] of Object.entries(worded)) {
      const place = this.#element.querySelector(`[data-of="${name}"]`);
      if (place && typeof text === "string" && place.textContent !== text) place.textContent = text;
    }
    if (!bar) return;
    for (const part of ["after", "reply", "needs", "held"]) {
      const rect = this.#element.querySelector(`rect.${part}`);
      rect.setAttribute("x", bar[`${part}Start`] ?? 0);
      rect.setAttribute("width", bar[`${part}Width`]);
    }
  }

  #setState(state) {
    this.#element.dataset.state = state;
    this.#button.disabled = state === "blocked";
  }

  #number(name) { return Number(this.#element.dataset[name]); }
}

/** About how many tokens `text` has: four letters of Latin script, one of most others. */
function tokens(text) {
  let wide = 0;
  for (const character of text) if (character.codePointAt(0) > 0x2e7f) wide += 1;
  return Math.ceil((text.length - wide) / 4) + wide;
}
