/* The chat page with a script: the same page works as a plain form without it. */
import { bodyOf, button, choicesOf, element, paragraph } from "./render.js";

const LIMIT_MS = 15000;
const ANNOUNCED_CHARS = 300;
const QUIET_AFTER_MS = 8000;
const [main, log, status, form, input] = ["chat", "log", "status", "ask", "text"].map((id) => document.getElementById(id));
const words = JSON.parse(main.dataset.words);
const keeps = new URLSearchParams(location.search).get("keep") === "1";
const typing = element("p", { class: "sp-typing", "aria-hidden": "true" }, ...[1, 2, 3].map(() => element("span", {}, "•")));
let conversation = newId();
let pending = 0;
let silence;

function newId() {
  if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function add(who, kind, ...children) {
  const turn = element("article", { class: "sp-turn sp-turn--" + who + kind }, element("h2", { class: "sp-turn__who" }, words[who]), ...children);
  log.append(turn);
  if (pending) log.append(typing);
  return turn;
}

const addMine = (text) => add("you", "", paragraph(text));

function addReply(reply) {
  const kind = { safeguarding: " sp-safeguarding", error: " sp-error", switched_off: " sp-error" }[reply.status] || "";
  const act = {
    copy,
    change: (fact) => send(fact.payload, fact.label + ": " + words.change, words.change + " " + fact.label + ". "),
  };
  const turn = add("bot", kind, ...bodyOf(reply, words, act));
  const chosen = (choice) => send(choice.payload, choice.title, words.chosen + " " + choice.title + ". ");
  if (reply.choices.length) turn.append(choicesOf(reply.choices, words, chosen));
  return turn;
}

/* The newest turn is brought into view; the focus stays where the person left it. */
function show(turn) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  turn.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

/* The live region is short and apart from the log. What is seen elsewhere is said only to screen readers. */
function say(text, isSeen) {
  clearTimeout(silence);
  status.textContent = text;
  status.classList.toggle("sp-status--quiet", !isSeen);
  if (!isSeen) silence = setTimeout(() => { status.textContent = ""; }, QUIET_AFTER_MS);
}

/* Without the numbers of paragraphs, which say nothing to the ear. */
function announced(reply) {
  const text = reply.replace(/ \[\d[\d, ]*\]/g, "").replace(/\s+/g, " ");
  if (text.length <= ANNOUNCED_CHARS) return text;
  return text.slice(0, ANNOUNCED_CHARS).replace(/\s+\S*$/, "") + "… " + words.rest_in_log;
}

function wait(change) {
  pending = Math.max(0, pending + change);
  if (pending) log.append(typing);
  else typing.remove();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    return say(words.copy_failed, true);
  }
  say(words.copied, true);
}

async function post(url, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LIMIT_MS);
  try {
    const response = await fetch(url, {
      method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" }, signal: stop.signal,
      credentials: "omit",
    });
    return { ok: response.ok, data: await response.json() };
  } finally {
    clearTimeout(timer);
  }
}

function send(message, shown, spoken) {
  show(addMine(shown));
  const metadata = { message_id: newId() };
  if (main.dataset.area) metadata.area = main.dataset.area;
  if (keeps) metadata.keep = true;
  started();
  ask({ sender: conversation, message, metadata }, spoken || "", 1);
}

/* The same message id in every attempt: the server answers a turn that it has taken already from what it kept. */
async function ask(body, spoken, retries) {
  wait(1);
  say(spoken + words.thinking, false);
  let result;
  try {
    result = await post("/webhooks/rest/webhook", body);
  } catch (error) {
    if (body.sender !== conversation) return;
    wait(-1);
    if (retries) setTimeout(() => ask(body, "", retries - 1), 1000);
    else lost(body);
    return;
  }
  if (body.sender !== conversation) return;
  wait(-1);
  if (!result.ok) return explain((result.data.error || {}).message || words.lost);
  for (const { text, custom } of result.data) {
    show(addReply(custom));
    if (custom.status === "too_long" && !input.value) input.value = body.message;
    say(words.bot + ": " + announced(text), false);
  }
}

function explain(text) {
  show(add("bot", " sp-error", paragraph(text)));
  say(text, false);
}

function lost(body) {
  const turn = add("bot", " sp-error", paragraph(words.lost), button("govuk-button", words.retry, () => {
    turn.remove();
    input.focus();
    ask(body, "", 0);
  }));
  show(turn);
  say(words.lost, false);
}

async function clear() {
  const old = conversation;
  conversation = newId();
  wait(-pending);
  try {
    const { ok } = await post("/conversation/clear", { sender: old });
    if (!ok) throw new Error("not cleared");
  } catch (error) {
    conversation = old;
    return say(words.clear_failed, true);
  }
  started();
  log.replaceChildren();
  say(words.cleared, true);
  input.value = "";
  input.focus();
}

function submit() {
  const text = input.value.trim();
  input.focus();
  if (!text) return;
  input.value = "";
  send(text, text);
}

/* The page that embeds this one may keep the conversation's id and hand it over on its next page (frame.js). */
function started() {
  document.dispatchEvent(new CustomEvent("signpost:started", { detail: conversation }));
}

async function goOn(id) {
  if (log.childElementCount) return;
  conversation = id;
  try {
    const { ok, data } = await post("/conversation/transcript", { sender: id });
    if (!ok || log.childElementCount) return;
    for (const { said, reply } of data.turns) {
      addMine(said === null ? words.removed : said);
      addReply(reply);
    }
    if (data.turns.length) show(log.lastElementChild);
  } catch (error) {
    /* Nothing is shown again; the conversation goes on all the same. */
  }
}

document.addEventListener("signpost:conversation", (event) => goOn(event.detail));
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
