// Server-sent events read from a `fetch`, because `EventSource` cannot POST.

/** Yields `{ name, data }` for every event of the body; `data` is parsed JSON. Comments and unknown fields are skipped. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split("\n\n");
    rest = pieces.pop();
    for (const piece of pieces) {
      const event = parse(piece);
      if (event) yield event;
    }
  }
}

function parse(piece) {
  let name = "message";
  const data = [];
  for (const line of piece.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}
