// Moments in the reader's own zone, and countdowns to the moments when limits return.

const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

/** Puts every `<time>` inside `root` into the reader's zone; the server's wording stays as its title. */
export function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf()) || time.title) continue;
    time.title = time.textContent;
    time.textContent = format.format(moment);
    if ("countdown" in time.dataset) countDown(time, moment);
  }
}

function countDown(time, moment) {
  const wording = time.textContent;
  const tick = () => {
    const seconds = Math.max(0, Math.round((moment - Date.now()) / 1000));
    time.textContent = `${wording} (${duration(seconds)})`;
    if (time.isConnected && seconds > 0) setTimeout(tick, seconds > 3600 ? 30_000 : 1000);
    if (seconds === 0) time.dispatchEvent(new CustomEvent("due", { bubbles: true }));
  };
  tick();
}

/** A length of time in its two largest units. */
export function duration(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const parts = [];
  for (const [length, name] of units) {
    if (seconds >= length && parts.length < 2) parts.push(`${Math.floor(seconds / length)} ${name}`);
    seconds %= length;
  }
  return parts.join(" ") || "0 s";
}
