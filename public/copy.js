// A button on every code block that copies it, above the code and beside nothing.

/** Adds the buttons inside `root`, except in a reply that is still being written. */
export function addCopyButtons(root) {
  if (!navigator.clipboard) return;
  // From the beginning on every block has room for its button, so that nothing moves when a reply is whole.
  document.documentElement.dataset.copies = "";
  for (const code of root.querySelectorAll("pre > code")) {
    const block = code.parentElement;
    if (block.closest(".code, [aria-busy=true]")) continue;
    const frame = document.createElement("div");
    frame.className = "code";
    block.replaceWith(frame);
    frame.append(block, button(code));
  }
}

function button(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = document.body.dataset.copy;
  button.addEventListener("click", () => copy(code, button));
  return button;
}

async function copy(code, button) {
  await navigator.clipboard.writeText(code.textContent);
  button.textContent = document.body.dataset.copied;
  setTimeout(() => { button.textContent = document.body.dataset.copy; }, 2000);
}
