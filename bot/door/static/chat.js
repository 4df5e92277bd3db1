/* The chat page with a script: the same page works as a plain form without it. All text is set as text, never as HTML. */
"use strict";
(() => {
  const main = document.getElementById("chat");
  const log = document.getElementById("log");
  const status = document.getElementById("status");
  const form = document.getElementById("ask");
  const input = document.getElementById("text");
  const words = JSON.parse(main.dataset.words);
  const LIMIT_MS = 15000;
  const ANNOUNCED_CHARS = 300;
  const ADDRESS = /([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)|(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])/g;
  let conversation = newId();
  let pending = 0;

  function newId() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function linked(text) {
    const pieces = [];
    let end = 0;
    for (const match of text.matchAll(ADDRESS)) {
      const link = element("a", "", match[0]);
      link.href = match[1] ? "mailto:" + match[0] : match[0];
      pieces.push(text.slice(end, match.index), link);
      end = match.index + match[0].length;
    }
    pieces.push(text.slice(end));
    return pieces;
  }

  const list = (lines) => element("ul", "", ...lines.map((line) => element("li", "", ...linked(line))));

  function plain(text) {
    const blocks = [];
    for (const paragraph of text.split(/\n\s*\n/)) {
      let kind = "";
      for (const line of paragraph.split("\n").filter((each) => each.trim())) {
        const isItem = /^\s*[-*•]\s+/.test(line);
        const words = line.replace(/^\s*[-*•]\s+/, "").trim();
        if (kind !== (isItem ? "ul" : "p")) {
          kind = isItem ? "ul" : "p";
          blocks.push(element(kind));
        } else if (!isItem) blocks.at(-1).append(element("br"));
        if (isItem) blocks.at(-1).append(element("li", "", ...linked(words)));
        else blocks.at(-1).append(...linked(words));
      }
    }
    return blocks;
  }

  function lineOf(item) {
    if (typeof item !== "object" || !item) return String(item);
    const named = ["label", "date", "text"].filter((name) => item[name]).map((name) => item[name]);
    return (named.length ? named : Object.values(item).filter((value) => typeof value === "string")).join(": ");
  }

  const sourceLine = (source) => source.document + ", " + source.section + ", paragraph " + source.paragraph;

  function sourcesOf(reply) {
    const points = reply.parts.flatMap((part) => part.points);
    return [...new Set(points.flatMap((point) => point.sources.map(sourceLine)))];
  }

  function pointOf(point, sources) {
    const item = element("li");
    if (point.label) item.append(element("strong", "", point.label + ":"), " ");
    item.append(...linked(point.text));
    const numbers = [...new Set(point.sources.map((source) => sources.indexOf(sourceLine(source)) + 1))];
    if (numbers.length) item.append(" ", element("small", "", "[" + numbers.sort((a, b) => a - b).join(", ") + "]"));
    return item;
  }

  function emailOf(draft) {
    const head = element("p", "", words.email_to, " ", ...linked(draft.to), element("br"));
    head.append(words.email_subject, " ", draft.subject);
    return element("details", "", element("summary", "", words.email_label), head, element("p", "draft", draft.body));
  }

  function chipOf(fact) {
    if (!fact.payload) return element("span", "chip", fact.label);
    const button = element("button", "chip", fact.label);
    const said = words.change + " " + fact.label;
    button.type = "button";
    button.title = said;
    button.addEventListener("click", () => send(fact.payload, said, said + ". "));
    return button;
  }

  function bodyOf(reply) {
    const body = [];
    if (reply.understood.length) {
      const chips = element("p", "chips", element("span", "label", words.understood_label));
      for (const fact of reply.understood) chips.append(" ", chipOf(fact));
      body.push(chips);
    }
    const sources = sourcesOf(reply);
    const structured = reply.parts.length && reply.parts.every((part) => part.points.length || part.lead);
    if (structured) {
      for (const part of reply.parts) {
        if (reply.parts.length > 1 && part.question) body.push(element("h3", "", part.question));
        const verdict = part.verdict ? [element("strong", "", words[part.verdict]), " "] : [];
        if (verdict.length || part.lead) body.push(element("p", "", ...verdict, ...linked(part.lead)));
        if (part.points.length) body.push(element("ul", "", ...part.points.map((point) => pointOf(point, sources))));
      }
      for (const [label, all] of [["checklist_label", reply.checklist], ["dates_label", reply.dates]]) {
        const items = all.filter((item) => !(item && item.state)); // those are said in the parts
        if (items.length) body.push(element("h3", "", words[label]), list(items.map(lineOf)));
      }
      for (const notice of reply.notices) body.push(element("p", "notice", ...linked(notice)));
    } else body.push(...plain(reply.text));
    for (const takeaway of reply.takeaways) if (takeaway.kind === "email") body.push(emailOf(takeaway));
    if (sources.length) {
      const lines = element("ol", "", ...sources.map((line) => element("li", "", line)));
      body.push(element("details", "", element("summary", "", words.sources_label), lines));
    }
    return body;
  }

  function choicesOf(choices) {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", words.choices_label);
    for (const choice of choices) {
      const button = element("button", "", choice.title);
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled")) return;
        for (const each of group.children) each.setAttribute("aria-disabled", "true");
        button.setAttribute("aria-pressed", "true");
        send(choice.payload, choice.title, words.chosen + " " + choice.title + ". ");
      });
      group.append(button);
    }
    return group;
  }

  function add(who, ...children) {
    const turn = element("article", "turn " + who, element("h2", "", words[who]), ...children);
    log.append(turn);
    return turn;
  }

  /* The newest turn is brought into view; the focus stays where the person left it. */
  function show(turn) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    turn.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  let silence;
  function say(text, keep) {
    clearTimeout(silence);
    status.textContent = text;
    status.classList.toggle("hidden", !keep);
    if (!keep) silence = setTimeout(() => { status.textContent = ""; status.classList.remove("hidden"); }, 8000);
  }

  function announced(text) {
    if (text.length <= ANNOUNCED_CHARS) return text;
    return text.slice(0, ANNOUNCED_CHARS).replace(/\s+\S*$/, "") + "… " + words.rest_in_log;
  }

  async function post(url, method, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), LIMIT_MS);
    try {
      const response = await fetch(url, {
        method, body: JSON.stringify(body), headers: { "content-type": "application/json" }, signal: stop.signal,
        credentials: "omit",
      });
      return { ok: response.ok, data: await response.json() };
    } finally {
      clearTimeout(timer);
    }
  }

  function send(message, shown, spoken) {
    show(add("you", element("p", "", shown)));
    const metadata = { message_id: newId() };
    if (main.dataset.area) metadata.area = main.dataset.area;
    ask({ sender: conversation, message, metadata }, spoken || "", 1);
  }

  /* The same message id in every attempt: the server answers a turn that it has taken already from what it kept. */
  async function ask(body, spoken, retries) {
    pending += 1;
    say(spoken + words.thinking, true);
    let result;
    try {
      result = await post(main.dataset.endpoint, "POST", body);
    } catch (error) {
      pending -= 1;
      if (body.sender !== conversation) return;
      if (retries) setTimeout(() => ask(body, "", retries - 1), 1000);
      else lost(body);
      return;
    }
    pending -= 1;
    if (body.sender !== conversation) return;
    if (!result.ok) return explain((result.data.error || {}).message || words.lost);
    for (const { text, custom } of result.data) {
      const reply = custom;
      const turn = add("bot", ...bodyOf(reply));
      if (reply.choices.length) turn.append(choicesOf(reply.choices));
      if (reply.status === "too_long" && !input.value) input.value = body.message;
      show(turn);
      say(words.bot + ": " + announced(text), false);
    }
    if (pending) say(words.thinking, true);
  }

  function explain(text) {
    show(add("bot", element("p", "", text)));
    say(text, false);
  }

  function lost(body) {
    const retry = element("button", "", words.retry);
    retry.type = "button";
    const turn = add("bot", element("p", "", words.lost), retry);
    retry.addEventListener("click", () => { turn.remove(); input.focus(); ask(body, "", 0); });
    show(turn);
    say(words.lost, false);
  }

  async function clear() {
    const old = conversation;
    conversation = newId();
    pending = 0;
    try {
      const { ok } = await post(main.dataset.clear, "POST", { sender: old });
      if (!ok) throw new Error("not cleared");
    } catch (error) {
      conversation = old;
      return say(words.clear_failed, true);
    }
    log.replaceChildren();
    say(words.cleared, true);
    input.value = "";
    input.focus();
  }

  function submit() {
    const text = input.value.trim();
    if (!text) return input.focus();
    input.value = "";
    input.focus();
    send(text, text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter && event.submitter.name === "clear") clear();
    else submit();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
})();
