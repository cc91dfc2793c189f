// Everything works without this; with it, pages know the reader's zone, copy code, and chat without reloading.
import { addCopyButtons } from "./copy.js";
import { Composer } from "./composer.js";
import { localize } from "./times.js";

localize(document);
addCopyButtons(document);

const composer = document.getElementById("composer");
if (composer) new Composer(composer);

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
