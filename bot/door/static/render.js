/* From a reply to what the page shows; templates/reply.html builds the same: change both. Text is set as text, never as HTML. */

const ADDRESS = /([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)|(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])/g;
const TAKEN = [["print", "print"], ["pdf", "print"], ["docx", "print"], ["ics", "calendar"], ["case", "case"]];
let ticks = 0;

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const classed = (name, className, ...children) => element(name, { class: className }, ...children);

export const paragraph = (...children) => classed("p", "govuk-body", ...children);

export function button(className, label, onPress) {
  const made = element("button", { class: className, type: "button" }, label);
  made.addEventListener("click", () => onPress(made));
  return made;
}

export function linked(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const target = match[1] ? "mailto:" + match[0] : match[0];
    pieces.push(text.slice(end, match.index), element("a", { href: target }, match[0]));
    end = match.index + match[0].length;
  }
  return [...pieces, text.slice(end)];
}

const listed = (items) => classed("ul", "govuk-list govuk-list--bullet", ...items.map((item) => element("li", {}, ...item)));

export function plain(text) {
  const blocks = [];
  for (const piece of text.split(/\n\s*\n/)) {
    let kind = "";
    for (const line of piece.split("\n").filter((each) => each.trim())) {
      const isItem = /^\s*[-*•]\s+/.test(line);
      const words = linked(line.replace(/^\s*[-*•]\s+/, "").trim());
      if (kind !== (isItem ? "list" : "paragraph")) {
        kind = isItem ? "list" : "paragraph";
        blocks.push(isItem ? listed([words]) : paragraph(...words));
      } else if (isItem) blocks.at(-1).append(element("li", {}, ...words));
      else blocks.at(-1).append(element("br", {}), ...words);
    }
  }
  return blocks;
}

const sourceLine = (source) => source.document + ", " + source.section + ", paragraph " + source.paragraph;

function sourcesOf(reply) {
  const points = reply.parts.flatMap((part) => part.points);
  return [...new Set(points.flatMap((point) => point.sources.map(sourceLine)))];
}

function details(label, ...children) {
  const summary = classed("summary", "govuk-details__summary", classed("span", "govuk-details__summary-text", label));
  return classed("details", "govuk-details", summary, classed("div", "govuk-details__text", ...children));
}

/* What a turn shows below its heading. `act`: what its buttons do: change(fact), copy(text). */
export function bodyOf(reply, words, act) {
  const sources = sourcesOf(reply);

  function pointOf(point) {
    const said = point.label ? [element("strong", {}, point.label + ":"), " "] : [];
    said.push(...linked(point.text));
    const numbers = [...new Set(point.sources.map((source) => sources.indexOf(sourceLine(source)) + 1))];
    if (numbers.length) said.push(" ", classed("small", "sp-marks", "[" + numbers.sort((a, b) => a - b).join(", ") + "]"));
    return said;
  }

  const firstOf = (part) => [...(part.verdict ? [element("strong", {}, words[part.verdict]), " "] : []), ...linked(part.lead)];

  function ticksOf(part) {
    const states = new Map(reply.checklist.map((item) => [item.statement_id, item.state]));
    const boxes = classed("div", "govuk-checkboxes govuk-checkboxes--small");
    for (const point of part.points) {
      const id = "tick-" + ++ticks;
      const box = element("input", { class: "govuk-checkboxes__input", type: "checkbox", name: "ticked", value: point.statement_id, id });
      box.checked = states.get(point.statement_id) === "done";
      const label = element("label", { class: "govuk-label govuk-checkboxes__label", for: id }, ...pointOf(point));
      boxes.append(classed("div", "govuk-checkboxes__item", box, label));
    }
    const legend = part.verdict || part.lead ? firstOf(part) : [words.checklist_label];
    return classed("fieldset", "govuk-fieldset", classed("legend", "govuk-fieldset__legend", ...legend), boxes);
  }

  function partOf(part) {
    const shown = [];
    if (reply.parts.length > 1 && part.question) shown.push(classed("h3", "govuk-heading-s", part.question));
    const items = new Set(reply.checklist.map((item) => item.statement_id));
    if (part.points.length && part.points.every((point) => items.has(point.statement_id))) return [...shown, ticksOf(part)];
    if (part.verdict || part.lead) shown.push(paragraph(...firstOf(part)));
    if (part.points.length) shown.push(listed(part.points.map(pointOf)));
    return shown;
  }

  /* The roles stay where a narrow page makes blocks of the cells: browsers would drop them otherwise. */
  function comparisonOf({ note, rows }) {
    const part = (name, className, role, ...children) => element(name, { class: "govuk-table__" + className, role }, ...children);
    const row = (...cells) => part("tr", "row", "row", ...cells);
    const header = (scope, text) => element("th", { scope, role: scope === "col" ? "columnheader" : "rowheader", class: "govuk-table__header" }, text);
    const cellOf = (cell, alike) => {
      const made = part("td", "cell", "cell");
      made.dataset.label = cell.name;
      if (cell.verdict || cell.lead) made.append(paragraph(...firstOf(cell)));
      for (const point of cell.points) {
        const both = alike.includes(point.statement_id) ? [classed("strong", "sp-alike", words.alike), " "] : [];
        made.append(paragraph(...both, ...pointOf(point)));
      }
      return made;
    };
    const head = row(header("col", words.question_label), ...rows[0].cells.map((cell) => header("col", cell.name)));
    const body = rows.map((each) => row(header("row", each.title), ...each.cells.map((cell) => cellOf(cell, each.alike))));
    const table = element("table", { class: "govuk-table sp-compare", role: "table" },
      classed("caption", "govuk-table__caption govuk-visually-hidden", words.compared_label),
      part("thead", "head", "rowgroup", head), part("tbody", "body", "rowgroup", ...body));
    return note ? [paragraph(...linked(note)), table] : [table];
  }

  function shownParts() {
    const cells = reply.comparison ? reply.comparison.rows.flatMap((row) => row.cells) : [];
    const compared = new Set(cells.flatMap((cell) => cell.points.map((point) => point.statement_id)));
    const areas = new Set(cells.map((cell) => cell.area));
    return reply.parts.filter((part) => !(areas.has(part.area) && part.points.every((point) => compared.has(point.statement_id))));
  }

  function draftOf(draft, index) {
    const file = element("button", { class: "sp-quiet", formaction: "/take/eml", name: "draft", value: index }, words.email_file);
    const encoded = (text) => encodeURIComponent(text.replace(/\n/g, "\r\n"));
    const href = "mailto:" + encodeURIComponent(draft.to).replaceAll("%40", "@") + "?subject=" + encoded(draft.subject) + "&body=" + encoded(draft.body);
    const copied = [words.email_to + " " + draft.to, words.email_subject + " " + draft.subject, "", draft.body].join("\n");
    const choices = [element("a", { class: "govuk-link", href }, words.email_open), file, copier(words.email_copy, copied)];
    const label = words.email_label + " " + draft.to + (draft.title ? ": " + draft.title : "");
    return details(label, paragraph(words.email_subject + " " + draft.subject),
      classed("p", "govuk-body sp-draft", draft.body), takes(choices));
  }

  const takes = (choices) => classed("ul", "sp-take", ...choices.map((choice) => element("li", {}, choice)));

  function copier(label, text) {
    const made = button("sp-quiet", label, () => act.copy(text));
    made.dataset.script = "";
    return made;
  }

  function takeaway() {
    const kinds = new Set(reply.takeaways.map((each) => each.kind));
    if (!kinds.has("print") || !reply.seal) return [];
    const shown = TAKEN.filter(([, need]) => kinds.has(need)).map(([kind]) =>
      element("button", { class: "sp-quiet", formaction: "/take/" + kind }, words["take_" + kind]));
    return [details(words.take_label, takes([...shown, copier(words.take_copy, reply.text)]), classed("p", "govuk-hint", words.take_hint))];
  }

  const body = [];
  const structured = reply.parts.length && reply.parts.every((part) => part.points.length || part.lead);
  if (structured) {
    body.push(...shownParts().flatMap(partOf));
    if (reply.comparison) body.push(...comparisonOf(reply.comparison));
    if (reply.dates.length) {
      const line = (date) => linked([date.label, date.text].filter(Boolean).join(": "));
      body.push(classed("h3", "govuk-heading-s", words.dates_label), listed(reply.dates.map(line)));
    }
    for (const notice of reply.notices) body.push(classed("p", "sp-notice", ...linked(notice)));
  } else body.push(...plain(reply.text));
  if (sources.length) {
    const lines = sources.map((line) => element("li", {}, line));
    body.push(details(words.sources_label, classed("ol", "govuk-list govuk-list--number", ...lines)));
  }
  body.push(...reply.takeaways.filter((each) => each.kind === "email").map(draftOf), ...takeaway());
  const sealed = element("input", { type: "hidden", name: "reply" });
  const form = element("form", { class: "sp-answer", method: "post", action: "/take/print", target: "_blank", rel: "noopener" }, sealed, ...body);
  form.addEventListener("submit", () => { sealed.value = JSON.stringify(reply); });
  return [...chipsOf(reply, words, act), form];
}

function chipsOf(reply, words, act) {
  if (!reply.understood.length) return [];
  const chips = classed("p", "sp-chips", classed("span", "sp-chips__label", words.understood_label));
  for (const fact of reply.understood) {
    if (!fact.payload) chips.append(" ", classed("span", "sp-chip", fact.label));
    else {
      const chip = button("sp-chip", fact.label, () => act.change(fact));
      chip.append(classed("span", "govuk-visually-hidden", " " + words.change));
      chips.append(" ", chip);
    }
  }
  return [chips];
}

export function choicesOf(choices, words, onChoice) {
  const group = element("div", { class: "sp-choices", role: "group", "aria-label": words.choices_label });
  for (const choice of choices) {
    const made = button("govuk-button govuk-button--secondary", choice.title, () => {
      if (made.getAttribute("aria-disabled")) return;
      for (const each of group.children) each.setAttribute("aria-disabled", "true");
      made.setAttribute("aria-pressed", "true");
      onChoice(choice);
    });
    made.setAttribute("aria-pressed", "false");
    group.append(made);
  }
  return group;
}
