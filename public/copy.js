// A button on every code block that copies it.

/** Adds the buttons inside `root`, except in a reply that is still being written. */
export function addCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const block of root.querySelectorAll("pre > code")) {
    const frame = block.parentElement;
    if (frame.querySelector(".copy") || frame.closest("[aria-busy=true]")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = document.body.dataset.copy;
    button.addEventListener("click", () => copy(block, button));
    frame.append(button);
  }
}

async function copy(block, button) {
  await navigator.clipboard.writeText(block.textContent);
  button.textContent = document.body.dataset.copied;
  setTimeout(() => { button.textContent = document.body.dataset.copy; }, 2000);
}
