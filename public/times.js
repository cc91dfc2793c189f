// Moments in the reader's own zone, the one they chose or the browser's, and countdowns to when limits return.

const format = formatter({ dateStyle: "medium", timeStyle: "short" });
const short = formatter({ month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });

function formatter(options) {
  const { lang, dataset } = document.documentElement;
  try {
    return new Intl.DateTimeFormat(lang, { ...options, timeZone: dataset.zone });
  } catch {
    return new Intl.DateTimeFormat(lang, options); // A zone that this browser does not know.
  }
}

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
