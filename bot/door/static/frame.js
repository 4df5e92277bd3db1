// Joins the chat page to the loader (signpost.js) of the page that holds it in a frame; elsewhere it does nothing.
// chat.js hears of it by two events at the document: "signpost:conversation" comes from here with an id that the
// loader kept; "signpost:started" goes here with the id of a conversation that has begun. Load it before chat.js.
(() => {
  "use strict";
  if (window.parent === window) return;
  const options = new URLSearchParams(location.search);
  const isKept = options.get("keep") === "1";
  const host = originOf(options.get("parent"));
  if (!host) return;

  function originOf(text) {
    try {
      const { origin, protocol } = new URL(text);
      return origin === text && /^https?:$/.test(protocol) ? origin : "";
    } catch {
      return "";
    }
  }

  const isId = (id) => typeof id === "string" && /^[\w-]{1,64}$/.test(id);
  // Only a page of that origin gets it, whoever it is that holds the frame.
  const tell = (message) => window.parent.postMessage(message, host);
  const close = () => tell({ signpost: "close" });

  window.addEventListener("message", ({ origin, source, data }) => {
    if (!isKept || origin !== host || source !== window.parent) return;
    if (data && data.signpost === "conversation" && isId(data.id)) {
      document.dispatchEvent(new CustomEvent("signpost:conversation", { detail: data.id }));
    }
  });
  document.addEventListener("signpost:started", ({ detail }) => {
    if (isKept && isId(detail)) tell({ signpost: "conversation", id: detail });
  });

  // At the window, so that whatever else Escape closes in the page comes first.
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) close();
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-close]")) close();
  });

  function begin() {
    for (const button of document.querySelectorAll("[data-close]")) button.hidden = false;
    tell({ signpost: "ready" });
  }
  // After chat.js, which has to listen by then.
  if (document.readyState === "complete") begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
