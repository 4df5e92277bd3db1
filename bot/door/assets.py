"""Files of the page and the widget's loader. Browsers keep them and ask whether they have changed."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.staticfiles import StaticFiles

from bot.brands import brand_css
from bot.door.parts import Parts

STATIC_DIR = Path(__file__).with_name("static")
LOADER = "signpost.js"
ASK_AGAIN = "no-cache"  # kept, but asked for anew by its tag: a changed file is seen at once


class _Files(StaticFiles):
    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["cache-control"] = ASK_AGAIN
        return response


def asset_routes(parts: Parts) -> APIRouter:
    """The routes."""
    router = APIRouter()
    files = _Files(directory=STATIC_DIR)
    router.mount("/static", files)

    @router.get(f"/{LOADER}")
    async def loader(request: Request) -> Response:
        response = await files.get_response(LOADER, request.scope)
        response.headers["cross-origin-resource-policy"] = "cross-origin"  # for hosts that demand it
        return response

    @router.get("/brand.css")
    async def brand(area: str = "") -> Response:
        css = brand_css(parts.brands.get(area))
        return Response(css, media_type="text/css", headers={"cache-control": ASK_AGAIN})

    return router
