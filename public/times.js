// Moments in the reader's own zone, and countdowns to the moments when limits return.

const language = document.documentElement.lang;
const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const short = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });

/** Puts every `<time>` inside `root` into the reader's zone; the server's wording stays as its title. */
export function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf()) || time.title) continue;
    time.title = time.textContent;
    if ("countdown" in time.dataset) countDown(time, moment);
    else time.textContent = format.format(moment);
  }
}

function countDown(time, moment) {
  const wording = short.format(moment);
  const tick = () => {
    const seconds = Math.max(0, Math.round((moment - Date.now()) / 1000));
    time.textContent = `${wording} (${duration(seconds)})`;
    if (time.isConnected && seconds > 0) setTimeout(tick, seconds > 3600 ? 30_000 : 1000);
    if (seconds === 0) time.dispatchEvent(new CustomEvent("due", { bubbles: true }));
  };
  tick();
}

/** A length of time in its largest unit and the next: `2 h 5 min`. */
function duration(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const largest = units.findIndex(([length]) => seconds >= length);
  if (largest < 0) return "0 s";
  const pair = units.slice(largest, largest + 2).map(([length, name]) => {
    const count = Math.floor(seconds / length);
    seconds %= length;
    return count > 0 ? `${count} ${name}` : "";
  });
  return pair.join(" ").trim();
}
