"""What an HTML e-mail shows, as plain text. Nothing is fetched and nothing is run. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_UNSEEN = frozenset({"head", "script", "style", "title", "template", "object", "noscript", "svg", "select", "textarea"})
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table", "pre"})
_LINES = frozenset({"address", "article", "body", "center", "dd", "div", "dt", "form", "hr", "li", "section", "tr"})
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CITED, _ENDS = "\1", "\2"  # begin and end what is cited, until all is joined; no text holds them


def text_of_html(html: str) -> str:
    """The text that a reader would see: paragraphs as lines, items with "- ", what is cited with "> "."""
    data = html.replace("\0", "").encode("utf-8", "ignore")  # at a NUL the parser would stop
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:  # nothing in it
        return ""
    return "" if root is None else _laid_out("".join(_pieces(root)))


def _pieces(root: etree._Element) -> Iterator[str]:
    """Text and line ends in order, by events, so that depth does not matter. "\\1" opens a citation, "\\2" ends it."""
    unseen = pre = 0
    is_fresh = True  # nothing stands in the line yet but a mark
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        is_start = event == "start"
        if _is_unseen(element, tag):
            unseen += 1 if is_start else -1
        elif not unseen:
            pre += (1 if is_start else -1) * (tag == "pre")
            mark = _mark(element, tag, is_start)
            if (tag in _LINES and not is_fresh) or (tag == "br" and is_start):
                yield "\n"
                is_fresh = True
            elif tag in _APART and not (is_fresh and is_start):
                yield "\n\n"
                is_fresh = True
            elif tag in ("td", "th") and not is_start:
                yield " "
            yield mark
        text = element.text if is_start else element.tail  # the tail belongs to what is around it
        if text and not unseen:
            text = re.sub(f"[{_CITED}{_ENDS}]", "", text)
            yield text if pre else re.sub(r"\s+", " ", text)
            is_fresh = is_fresh and not text.strip()


def _mark(element: etree._Element, tag: str, is_start: bool) -> str:
    if tag == "li":
        return "- " if is_start else ""
    if tag == "blockquote" and _is_cited(element):
        return _CITED if is_start else f"{_ENDS}\n"
    return ""


def _is_unseen(element: etree._Element, tag: str) -> bool:
    return tag in _UNSEEN or element.get("hidden") is not None or bool(_HIDES.search(element.get("style") or ""))


def _is_cited(element: etree._Element) -> bool:
    return element.get("type") == "cite" or "quote" in (element.get("class") or "")


def _laid_out(text: str) -> str:
    lines = []
    depth = 0
    for line in text.split("\n"):
        depth += line.count(_CITED)
        plain = re.sub(" {2,}", " ", re.sub(f"[{_CITED}{_ENDS}]", "", line)).strip(" ")
        lines.append("> " * min(depth, 1) + plain)
        depth = max(0, depth - line.count(_ENDS))
    return re.sub(r"\n(?:[> ]*\n){2,}", "\n\n", "\n".join(lines)).strip("\n")
