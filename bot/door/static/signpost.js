// Signpost on any page: a button and, once pressed, the chat in a frame. Options: docs/embedding.md
(() => {
  "use strict";
  const { src, dataset } = document.currentScript;
  const { area = "", label = "Ask Signpost", colour, side, lang = "en" } = dataset;
  const isKept = "keep" in dataset;
  const url = new URL("chat", src);
  const isSmall = matchMedia("(max-width:30em),(max-height:30em)");
  let button, panel, frame, isReady;
  const memory = {};

  function draw() {
    if (document.querySelector("signpost-chat")) return; // the first tag counts
    const root = add("signpost-chat", document.body).attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // works under style-src 'none'
    sheet.replaceSync(css());
    root.adoptedStyleSheets = [sheet];
    const box = add("section", root, { ariaLabel: label, lang });
    button = add("button", box, { textContent: label, ariaExpanded: false, onclick: press });
    panel = add("dialog", box, { ariaLabel: label, onclose: closed });
    box.onkeydown = ({ key }) => { if (key === "Escape") panel.close(); };
    if (memory.open && !isSmall.matches) open();
  }

  function css() {
    const back = /^#[\da-f]{6}$/i.test(colour) ? colour : "#1d4f6e";
    const light = (at, weight) => weight * (parseInt(back.substr(at, 2), 16) / 255) ** 2.2;
    const ink = light(1, 0.21) + light(3, 0.72) + light(5, 0.07) > 0.18 ? "#000" : "#fff";
    return `:host{all:initial!important;display:contents!important}
section{position:fixed;inset:16px;z-index:2147483647;display:flex;flex-direction:column-reverse;gap:8px;
align-items:${side === "left" ? "start" : "end"};direction:ltr;pointer-events:none;color-scheme:light dark}
button,[open]{pointer-events:auto;box-shadow:0 2px 8px #0006}
button{min-height:44px;padding:8px 20px;border:2px solid;border-radius:24px;cursor:pointer;
background:${back};color:${ink};font:bold 1em/1.25 Arial,sans-serif}
button:focus-visible{outline:3px solid #fd0;box-shadow:0 0 0 6px #000}
dialog{position:static;box-sizing:border-box;width:400px;max-width:100%;height:640px;max-height:none;min-height:0;
margin:0;padding:0;border:1px solid #777;background:Canvas}
dialog:modal{position:fixed;width:100%;height:100%;border:0}
iframe{display:block;width:100%;height:100%;border:0}
@media print{section{display:none}}`;
  }

  function add(name, parent, properties) {
    return parent.appendChild(Object.assign(document.createElement(name), properties));
  }

  function press() {
    if (panel.open) return panel.close();
    open();
    frame.focus();
  }

  function open() {
    if (!frame) {
      addEventListener("message", hear);
      url.search = new URLSearchParams({ frame: 1, area, parent: location.origin, ...(isKept && { keep: 1 }) });
      frame = add("iframe", panel, { title: label, allow: "clipboard-write", src: url });
    }
    // The whole screen only once the chat's Close button is there. Not show(), which moves the focus.
    if (isReady && isSmall.matches) panel.showModal();
    else panel.open = true;
    mark();
  }

  function closed() {
    if (panel.open) return; // made larger
    mark();
    button.focus();
  }

  function mark() {
    button.ariaExpanded = memory.open = panel.open;
    remember();
  }

  function hear({ origin, source, data }) {
    if (origin !== url.origin || source !== frame.contentWindow) return;
    const { signpost, id } = data || {};
    if (signpost === "close") panel.close();
    if (signpost === "conversation" && typeof id === "string" && /^[\w-]{1,64}$/.test(id)) {
      memory.id = id;
      remember();
    }
    if (signpost !== "ready") return;
    isReady = true;
    if (memory.id) source.postMessage({ signpost: "conversation", id: memory.id }, origin);
    if (panel.open && isSmall.matches) {
      panel.close();
      press();
    }
  }

  function remember() {
    try {
      if (isKept) sessionStorage.signpost = JSON.stringify(memory);
    } catch {} // forbidden
  }

  try {
    if (isKept) Object.assign(memory, JSON.parse(sessionStorage.signpost));
  } catch {} // nothing kept, or storage forbidden
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", draw);
  else draw();
})();
