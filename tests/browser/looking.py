"""Scripts that look at an open page with a person's eye; each gives lines of text, none when all is well."""

from __future__ import annotations

from playwright.sync_api import Page

ROLES = {"button", "link", "checkbox", "textbox", "DisclosureTriangle", "radio", "combobox"}

# What a reader sees: not hidden, not kept for screen readers only, not in a closed box.
SEEN = """
  const isSeen = (each) => each.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false })
    && !each.closest(".govuk-visually-hidden, .sp-status--quiet, .govuk-skip-link:not(:focus), :is(.sp-compare, .sp-stacked) thead")
    && each.getBoundingClientRect().width > 0;
  const called = (each) => {
    const { left, top, right, bottom } = each.getBoundingClientRect();
    const box = [left, top, right, bottom].map(Math.round).join(" ");
    return `${each.localName}#${each.id}.${each.className} "${each.textContent.trim().slice(0, 40)}" at ${box}`;
  };
  const seen = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
"""
CONTROLS = "a[href], button, input:not([type=hidden]), summary, textarea, select"

HEADINGS = f"() => {{ {SEEN} return seen('h1, h2, h3, h4, h5, h6').map((each) => Number(each.localName[1])); }}"

# What axe found, and what it could not decide, with its reason.
AXE = """
async (tags) => {
  const { violations, incomplete } = await axe.run(document, { runOnly: { type: "tag", values: tags }, iframes: false });
  return [...violations, ...incomplete].flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none }) =>
    `${id}: ${target.join(" ")}: ${[...any, ...all, ...none].map((check) => check.message).join("; ")}`));
}
"""

# WCAG 2.5.8; links within a text are exempt.
SMALL_TARGETS = f"""
() => {{
  {SEEN}
  const isInText = (each) => each.matches("a:not([class])") && each.closest("p, li, label, legend, td");
  return seen("{CONTROLS}").filter((each) => {{
    const {{ width, height }} = each.getBoundingClientRect();
    return (width < 24 || height < 24) && !isInText(each);
  }}).map(called);
}}
"""

TOO_WIDE = f"""
() => {{
  {SEEN}
  const root = document.documentElement;
  const wide = root.scrollWidth > innerWidth ? [`the page: ${{root.scrollWidth}}`] : [];
  const beyond = seen("body *").filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5
    || each.getBoundingClientRect().left < -0.5);
  return [...wide, ...beyond.map(called)];
}}
"""

# Each is brought to the middle of what is seen, as a reader does it, and must then be there, under nothing else.
COVERED = f"""
(selectors) => {{
  {SEEN}
  return selectors.flatMap(seen).filter((each) => {{
    each.scrollIntoView({{ block: "center", behavior: "instant" }});
    const box = each.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + Math.min(box.height / 2, 12));
    return !(top && (each.contains(top) || top.contains(each) && !top.matches("html, body, .sp-ask, .sp-header")));
  }}).map(called);
}}
"""

SPACE_OUT = """
() => {
  const spaced = new CSSStyleSheet();
  spaced.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [spaced];
}
"""
SPACE_NO_MORE = "() => { document.adoptedStyleSheets = []; }"

# Text that is beyond the box that clips it, or beyond its own button.
CUT_OFF = f"""
() => {{
  {SEEN}
  const isBox = (each) => each.matches("button, .sp-chip, summary")
    || [getComputedStyle(each).overflowX, getComputedStyle(each).overflowY].some((way) => way !== "visible");
  const rects = (box) => {{
    const found = [];
    const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {{
      if (!texts.currentNode.data.trim() || !isSeen(texts.currentNode.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      found.push(...range.getClientRects());
    }}
    return found;
  }};
  return seen("body *").filter((each) => !each.matches("textarea, input") && isBox(each)).filter((each) => {{
    const {{ left, top, right, bottom }} = each.getBoundingClientRect();
    return rects(each).some((text) => text.left < left - 1 || text.right > right + 1 || text.top < top - 1
      || text.bottom > bottom + 1);
  }}).map(called);
}}
"""

# With forced colours backgrounds vanish: these must have a border of their own in another colour than the page's.
BORDERLESS = f"""
() => {{
  {SEEN}
  const back = getComputedStyle(document.body).backgroundColor;
  const hasBorder = (style) => ["Top", "Bottom", "Left", "Right"].every((side) => style[`border${{side}}Style`] !== "none"
    && parseFloat(style[`border${{side}}Width`]) >= 1 && style[`border${{side}}Color`] !== back);
  const boxes = seen(".govuk-button, .sp-chip, .sp-turn, .sp-header__close, textarea, .govuk-input");
  const ticks = seen(".govuk-checkboxes__label").filter((each) => !hasBorder(getComputedStyle(each, "::before")));
  return [...boxes.filter((each) => !hasBorder(getComputedStyle(each))), ...ticks].map(called);
}}
"""

# Each control, focused as by the keyboard, must have an outline that can be seen.
UNFOCUSED = f"""
() => {{
  {SEEN}
  const before = document.activeElement;
  const back = getComputedStyle(document.body).backgroundColor;
  const without = seen("{CONTROLS}").filter((each) => {{
    each.focus({{ focusVisible: true, preventScroll: true }});
    const shows = each.matches(".govuk-checkboxes__input, .govuk-radios__input") ? getComputedStyle(each.nextElementSibling, "::before")
      : getComputedStyle(each);
    return shows.outlineStyle === "none" || parseFloat(shows.outlineWidth) < 2 || shows.outlineColor === back;
  }}).map(called);
  before.focus({{ preventScroll: true }});
  return without;
}}
"""

# Ticks stay: they are what is printed. So do what was understood and the head of the sources, both as plain text.
TO_PRESS = f"""
() => {{
  {SEEN}
  const isShown = (each) => !each.matches(".sp-chip, [type=checkbox], a:not([class]), summary");
  return seen("{CONTROLS}").filter(isShown).map(called);
}}
"""

# What a person would call a control.
NAMED = """
  const nameOf = (each) => {
    const label = each.labels && each.labels[0];
    return (label || each).textContent.replace(/\\s+/g, " ").trim();
  };
"""
FOCUSED = f"""
() => {{
  {NAMED}
  const active = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
  return active && !active.matches("body, iframe") ? nameOf(active) : "";
}}
"""
CONTROLS_IN_ORDER = f"""
() => {{
  {SEEN} {NAMED}
  return [...document.querySelectorAll("{CONTROLS}")]
    .filter((each) => isSeen(each) || each.matches(".govuk-skip-link")).map(nameOf);
}}
"""
# WCAG 2.4.11, and more: what has the focus is in sight as a whole as far as the page is high, with nothing over it.
FOCUS_COVERED = f"""
() => {{
  {SEEN}
  const each = document.activeElement;
  const {{ left, top, right, bottom }} = each.getBoundingClientRect();
  const isThere = (x, y) => {{
    const found = document.elementFromPoint(x, y);
    return found && (each.contains(found) || found.contains(each) && !found.matches("html, body")
      || each.nextElementSibling === found);
  }};
  const x = (left + right) / 2;
  if (each.matches("textarea")) return isThere(x, top + 14) ? [] : [called(each)]; // where one types; it may be longer
  const isWhole = bottom - top > innerHeight / 2 || isThere(x, top + 2) && isThere(x, bottom - 2);
  return isWhole && isThere(x, (top + bottom) / 2) ? [] : [called(each)];
}}
"""


def nameless(page: Page) -> list[str]:
    """Controls without a name, as the browser tells them to a screen reader."""
    session = page.context.new_cdp_session(page)
    try:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in ROLES]
    assert controls, "no control was found"
    return [str(node["role"]) for node in controls if not node.get("name", {}).get("value", "").strip()]
