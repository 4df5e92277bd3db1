// What pages of the desk do better with a script. Each of them works without it; all words come from the page.

const seldomFocused = (element) => {
  if (!element.hasAttribute("tabindex")) {
    element.tabIndex = -1;
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
  }
  element.focus();
};

// What is wrong, or was done, is read out first; but who worked on a part of the page goes on there.
const news = document.querySelector("[data-take-focus]");
const place = document.getElementById(location.hash.slice(1));
if (place ?? news) seldomFocused(place ?? news);

// The sentence after a redirect is shown once: not again when the page is loaded anew.
const address = new URL(location.href);
if (address.searchParams.has("said")) {
  address.searchParams.delete("said");
  history.replaceState(history.state, "", address);
}

const showCopyButtons = () => {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
};

const textOf = (element) => ("value" in element ? element.value : element.textContent);

const copy = async (button) => {
  const said = button.parentElement.querySelector("[role=status]");
  const from = document.querySelector(button.dataset.copy);
  let text = button.dataset.copied;
  try {
    await navigator.clipboard.writeText(textOf(from));
  } catch {
    // Not a secure address, or not allowed: the text is left selected for the keyboard.
    text = button.dataset.notCopied;
    if ("select" in from) from.select();
    else getSelection().selectAllChildren(from);
  }
  said.textContent = "";
  setTimeout(() => { said.textContent = text; }, 50); // said again when it is pressed again
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
showCopyButtons();

// Where the focus was in a part that is replaced, it stays in that part: else it would start at the top of the page.
let hadFocus = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  hadFocus = Boolean(detail.target?.contains(document.activeElement));
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  showCopyButtons();
  document.getElementById("part-failed").textContent = "";
  if (hadFocus && document.activeElement === document.body) {
    seldomFocused(target.querySelector("[data-take-focus]") ?? target);
  }
  hadFocus = false;
});
// A part that cannot be had: what the answer says about it, if that is a message of ours and not a page of another's.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const answer = new DOMParser().parseFromString(detail.xhr?.responseText ?? "", "text/html");
    const failed = document.getElementById("part-failed");
    failed.textContent = answer.querySelector(".govuk-error-message")?.textContent ?? failed.dataset.failed;
    failed.scrollIntoView({ block: "nearest" });
  });
}

// Leaving a page with a text that was changed and not saved is asked about.
// A form that is sent asks at once or never, so soon after it the page may ask again: it may have been a download.
let isSending = false;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // htmx sends it, and the page stays
  isSending = true;
  setTimeout(() => { isSending = false; }, 1000);
});
addEventListener("beforeunload", (event) => {
  const isChanged = [...document.querySelectorAll("textarea[data-guard]")]
    .some((each) => each.value !== each.defaultValue);
  if (isChanged && !isSending) event.preventDefault();
});
