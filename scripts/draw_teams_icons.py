"""Draw the two icons of the Teams app from the product's own mark, bot/door/static/icon.svg.

    .venv/bin/python scripts/draw_teams_icons.py

Needs the system's Chromium. The colour icon is a square without round corners, since Teams cuts the corners itself,
with the sign in the middle 96 pixels, so that no cut takes a piece of it. The outline icon is the same sign in white
lines on nothing, as large as it can be.
"""

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
MARK = ROOT / "bot/door/static/icon.svg"
ICONS = ROOT / "bot/teams/app"

# The sign's own place within the mark, and how wide the lines of the outline are, in units of the mark.
LEFT, TOP, WIDTH, HEIGHT = 8.0, 5.0, 18.0, 22.0
LINE = 1.6
COLOUR_PIXELS, SIGN_PIXELS, OUTLINE_PIXELS = 192, 96, 32


def main() -> int:
    """Draw both icons anew; 1 where there is no browser."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("There is no Chromium here: install the Debian package chromium.", file=sys.stderr)
        return 1
    ground, post, arrow = _shapes(MARK.read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _draw(browser, _colour_icon(ground, post, arrow), COLOUR_PIXELS, ICONS / "color.png")
        _draw(browser, _outline_icon(post, arrow), OUTLINE_PIXELS, ICONS / "outline.png")
        browser.close()
    return 0


def _shapes(svg: str) -> tuple[str, tuple[str, str], tuple[str, str]]:
    """Colour of the ground, then path and colour of the post and of the arrow."""
    ground = re.findall(r'<rect [^>]*fill="([^"]+)"', svg)
    paths = re.findall(r'<path d="([^"]+)" fill="([^"]+)"', svg)
    if len(ground) != 1 or len(paths) != 2:
        raise SystemExit(f"{MARK.name} is no longer a ground, a post and an arrow: look at what is drawn here")
    return ground[0], paths[0], paths[1]


def _colour_icon(ground: str, post: tuple[str, str], arrow: tuple[str, str]) -> str:
    side = HEIGHT * COLOUR_PIXELS / SIGN_PIXELS  # of the icon, in units of the mark
    x, y = LEFT + WIDTH / 2 - side / 2, TOP + HEIGHT / 2 - side / 2
    shapes = f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="{ground}"/>'
    shapes += "".join(f'<path d="{path}" fill="{colour}"/>' for path, colour in (post, arrow))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {side} {side}">{shapes}</svg>'


def _outline_icon(post: tuple[str, str], arrow: tuple[str, str]) -> str:
    x, y = LEFT + WIDTH / 2 - HEIGHT / 2, TOP
    # The arrow's line stays within its own edge (clip), and the post ends where the arrow begins (mask).
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {HEIGHT} {HEIGHT}">'
        f'<clipPath id="edge"><path d="{arrow[0]}"/></clipPath>'
        f'<mask id="beside" maskUnits="userSpaceOnUse" x="0" y="0" width="32" height="32">'
        f'<rect width="32" height="32" fill="#fff"/><path d="{arrow[0]}" fill="#000"/></mask>'
        f'<path d="{post[0]}" fill="#fff" mask="url(#beside)"/>'
        f'<path d="{arrow[0]}" fill="none" stroke="#fff" stroke-width="{2 * LINE}" clip-path="url(#edge)"/></svg>'
    )


def _draw(browser: Browser, svg: str, pixels: int, target: Path) -> None:
    page = browser.new_page(viewport={"width": pixels, "height": pixels})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{pixels}px;height:{pixels}px}}</style>{svg}")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, omit_background=True)
    page.close()
    print(f"{target.relative_to(ROOT)}: {pixels}x{pixels}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
