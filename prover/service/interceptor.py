"""Turns every error of a call into a status a client can act on; a fault becomes a trace id and no more."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.rpc import code_pb2
from grpc_status import rpc_status

from prover import telemetry
from prover.errors import SequiturError
from prover.service import status

_log = telemetry.logger("grpc")
_OURS = ("/prover.v1.", "/google.longrunning.")


class ErrorInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Wraps the methods of this service; health and reflection keep their own manners."""

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        """Returns the handler, wrapped."""
        handler = await continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or not method.startswith(_OURS):
            return handler
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                _unary(method, handler.unary_unary), handler.request_deserializer, handler.response_serializer
            )
        return grpc.unary_stream_rpc_method_handler(
            _stream(method, handler.unary_stream), handler.request_deserializer, handler.response_serializer
        )


def _unary(method: str, inner: Any) -> Any:
    async def call(request: Any, context: Any) -> Any:
        try:
            return await inner(request, context)
        except Exception as error:
            return await _abort(context, method, error)

    return call


def _stream(method: str, inner: Any) -> Any:
    async def call(request: Any, context: Any) -> Any:
        try:
            async for message in inner(request, context):
                yield message
        except Exception as error:
            await _abort(context, method, error)

    return call


async def _abort(context: Any, method: str, error: Exception) -> None:
    if isinstance(error, grpc.aio.AbortError | asyncio.CancelledError):
        raise error
    await context.abort_with_status(rpc_status.to_status(_status_of(method, error)))


def _status_of(method: str, error: Exception) -> Any:
    if isinstance(error, status.RefusedError):
        return error.status
    if isinstance(error, SequiturError):
        _log.warning("call failed", method=method, reason=error.code, message=error.message)
        return status.of_error(error)
    trace_id = uuid.uuid4().hex
    _log.error("call met a fault", method=method, trace_id=trace_id, exc_info=error)
    message = "The service met an unexpected fault; report the trace id."
    return status.make(code_pb2.INTERNAL, "INTERNAL", message, {"trace_id": trace_id})
