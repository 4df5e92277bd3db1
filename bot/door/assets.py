"""Files of the page and the widget's loader. Browsers keep them and ask whether they have changed."""

from pathlib import Path

from fastapi import APIRouter, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from bot.brands import brand_css
from bot.desk.templating import STATIC_DIR as DESK_STATIC_DIR
from bot.door.parts import Parts

STATIC_DIR = Path(__file__).with_name("static")
LOADER = "signpost.js"
ASK_AGAIN = "no-cache"  # kept, but asked for anew by its tag: a changed file is seen at once


class _Files(StaticFiles):
    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["cache-control"] = ASK_AGAIN
        return response

    async def loader(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The widget's loader, for pages of any site."""
        response = await self.get_response(LOADER, scope)
        response.headers["cross-origin-resource-policy"] = "cross-origin"  # for hosts that demand it
        await response(scope, receive, send)


def asset_routes(parts: Parts) -> APIRouter:
    """The routes. Files are sent packed: the widget's budget holds with no proxy in front, too."""
    router = APIRouter()
    files = _Files(directory=STATIC_DIR)
    router.mount("/static", GZipMiddleware(files))
    router.mount("/desk/static", GZipMiddleware(_Files(directory=DESK_STATIC_DIR)))
    router.routes.append(Route(f"/{LOADER}", endpoint=GZipMiddleware(files.loader), methods=["GET"]))

    @router.get("/brand.css")
    async def brand(area: str = "") -> Response:
        css = brand_css(parts.brands.get(area))
        return Response(css, media_type="text/css", headers={"cache-control": ASK_AGAIN})

    return router
