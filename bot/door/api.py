"""The door's JSON: Rasa's REST channel, clearing, schema, health and metrics."""

import json
import time

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from bot.door.incoming import Message, RefusedError, json_object, message_of, read_body, sender_of
from bot.door.merging import as_rest_message
from bot.door.parts import Parts
from bot.door.turns import Outcome
from bot.guidance.reply import Reply

WEBHOOK = "/webhooks/rest/webhook"


def api_routes(parts: Parts) -> APIRouter:
    """The routes."""
    router = APIRouter()
    settings = parts.settings

    @router.post(WEBHOOK)
    async def take_message(request: Request) -> Response:
        parts.limits.check_address(request)
        data = json_object(await read_body(request, settings.max_body_bytes))
        message = message_of(data, settings.max_sender_chars)
        parts.limits.check_sender(request, message.sender)
        outcome = await answered(parts, request, message)
        if message.keep:
            parts.note(message, outcome)
        return json_response([as_rest_message(message.sender, outcome.reply)])

    @router.get("/webhooks/rest/")
    async def rest_health() -> Response:
        return json_response({"status": "ok"})

    @router.post("/conversation/clear")
    @router.delete("/conversations")
    async def clear(request: Request) -> Response:
        parts.limits.check_address(request)
        data = json_object(await read_body(request, settings.max_body_bytes))
        try:
            await parts.clear(sender_of(data, settings.max_sender_chars))
        except SQLAlchemyError:
            raise RefusedError(503, "store_unavailable") from None
        return json_response({"cleared": True})

    @router.post("/conversation/transcript")
    async def transcript(request: Request) -> Response:
        parts.limits.check_address(request)
        data = json_object(await read_body(request, settings.max_body_bytes))
        key = parts.turns.conversation_of(sender_of(data, settings.max_sender_chars))
        return json_response({"turns": parts.transcripts.entries(key)})

    @router.get("/schemas/reply.json")
    async def schema() -> Response:
        return json_response(Reply.model_json_schema())

    @router.get("/healthz")
    async def is_alive() -> Response:
        return json_response({"status": "ok"})

    @router.get("/readyz")
    async def is_ready() -> Response:
        missing = await parts.missing_parts()
        status = "missing" if missing else "ok"
        return json_response({"status": status, "missing": missing}, 503 if missing else 200)

    if settings.metrics_enabled:

        @router.get("/metrics")
        async def metrics() -> Response:
            return Response(parts.telemetry.exposition(), headers={"content-type": CONTENT_TYPE_LATEST})

    return router


async def answered(parts: Parts, request: Request, message: Message) -> Outcome:
    """Take the turn of a message and note how it went."""
    began = time.perf_counter()
    outcome = await parts.turns.answer(message)
    parts.telemetry.reply_given(outcome.reply["status"], time.perf_counter() - began)
    request.state.reply_status = outcome.reply["status"]
    request.state.masked_kinds = outcome.masked_kinds
    return outcome


def json_response(content: object, status: int = 200) -> Response:
    """JSON as UTF-8. A lone surrogate, which UTF-8 cannot hold, becomes "?"."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(body, status, media_type="application/json")
