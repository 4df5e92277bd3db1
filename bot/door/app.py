"""The front door as an ASGI app. `uvicorn --factory bot.door.app:create_app` serves it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from bot.desk.app import form_targets, is_desk
from bot.door.api import api_routes, json_response
from bot.door.assets import asset_routes
from bot.door.for_desk import join_desk
from bot.door.for_teams import join_teams
from bot.door.guard import Correct, IsDisclosure, Mask
from bot.door.incoming import RefusedError
from bot.door.info import info_routes
from bot.door.middleware import Outermost, desk_headers, security_headers
from bot.door.offers import addresses, authority_names, terms
from bot.door.page import page_routes
from bot.door.parts import Parts
from bot.door.take import take_routes
from bot.door.telemetry import log_to_stderr
from bot.door.words import Words
from bot.knowledge.content import read_content
from bot.knowledge.lookups import own_words
from bot.records.database import Database
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.teams.bot import Cloud


def create_app(
    settings: Settings | None = None,
    *,
    mask: Mask | None = None,
    is_disclosure: IsDisclosure | None = None,
    correct: Correct | None = None,
    cloud: Cloud | None = None,
) -> FastAPI:
    """The app. What is left out is taken from the environment, from bot.privacy and from bot.spelling.

    `cloud`: where the tokens of Teams come from, if not from Microsoft.

    Building the masker takes some seconds. Raises: SettingsError: a setting is wrong.
    """
    settings = settings or load_settings()
    log_to_stderr(settings.log_level)
    covers = _listed(authority_names(settings.content_dir))
    words = Words.load(
        {
            "max_chars": f"{settings.max_message_chars:,}",
            "max_sender_chars": settings.max_sender_chars,
            "max_body_bytes": f"{settings.max_body_bytes:,}",
            "covers": covers,
        }
    )
    if mask is None or is_disclosure is None:
        default_mask, default_is_disclosure = _privacy_guard(settings.content_dir)
        mask, is_disclosure = mask or default_mask, is_disclosure or default_is_disclosure
    database = Database(settings.records_url)
    parts = Parts.join(settings, mask, is_disclosure, correct or _speller(settings.content_dir), words, database)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await parts.open()
        if bot is not None:
            await bot.start()
        purging = asyncio.create_task(parts.purge_for_ever(lambda: app.state.desk.clock()))
        yield
        purging.cancel()
        if bot is not None:
            await bot.close()
        await parts.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(api_routes(parts))
    app.include_router(page_routes(parts))
    app.include_router(take_routes(parts))
    app.include_router(info_routes(parts))
    app.include_router(asset_routes(parts))
    bot = join_teams(app, parts, covers, cloud)
    _answer_errors(app, words)
    broken_desk = join_desk(app, parts, database)
    if settings.allowed_origin_list:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origin_list,
            allow_methods=["POST", "DELETE"],
            allow_headers=["content-type"],
        )
    app.add_middleware(
        Outermost,
        headers=security_headers(settings.frame_ancestors),
        desk_headers=desk_headers(form_targets(settings)),
        telemetry=parts.telemetry,
        on_error=lambda path: broken_desk() if is_desk(path) else _error(words, 500, "internal"),
    )
    app.state.parts = parts
    app.state.teams = bot
    return app


def _answer_errors(app: FastAPI, words: Words) -> None:
    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)
        response = _error(words, error.status, error.code)
        if error.retry_after_seconds is not None:
            response.headers["retry-after"] = str(math.ceil(error.retry_after_seconds))
        return response

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = _error(words, error.status_code, _CODES.get(error.status_code, "internal"))
        response.headers.update(error.headers or {})
        return response

    app.add_exception_handler(RefusedError, refused)
    app.add_exception_handler(HTTPException, http_error)


_CODES = {404: "not_found", 405: "method_not_allowed"}


def _error(words: Words, status: int, code: str) -> Response:
    return json_response({"error": {"code": code, "message": words.error(code)}}, status)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _speller(content_dir: Path) -> Correct:
    from bot.spelling import build_speller

    content = read_content(content_dir).content
    return build_speller([*own_words(content.common, content.areas), *terms(content_dir)]).correct


def _privacy_guard(content_dir: Path) -> tuple[Mask, IsDisclosure]:
    # Not at the top: the language model's library takes seconds to import, and tests bring their own guard.
    from bot.privacy import build_masker, disclosure

    masker = build_masker(terms(content_dir))
    return functools.partial(masker.mask, keep=addresses(content_dir)), disclosure
