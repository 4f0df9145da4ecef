"""google.longrunning.Operations over the same jobs, so that generic clients can poll, wait and cancel."""

import asyncio
from typing import Any

import grpc
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2

from prover.service import resources, status
from prover.service.feed import Feed
from prover.service.prover_service import ProverService
from prover.service.scheduler import Scheduler
from prover.store.database import Job

NAME = "google.longrunning.Operations"
_LONGEST_WAIT = 600.0
_MARGIN = 0.5


class Operations:
    """The standard interface but for DeleteOperation, which answers UNIMPLEMENTED as it may."""

    def __init__(self, prover: ProverService, feed: Feed, scheduler: Scheduler) -> None:
        self._prover = prover
        self._feed = feed
        self._scheduler = scheduler

    def handlers(self) -> Any:
        """The handlers to register with a server."""
        return grpc.method_handlers_generic_handler(
            NAME,
            {
                "GetOperation": _unary(self.get, operations_pb2.GetOperationRequest),
                "ListOperations": _unary(self.list, operations_pb2.ListOperationsRequest),
                "WaitOperation": _unary(self.wait, operations_pb2.WaitOperationRequest),
                "CancelOperation": _unary(self.cancel, operations_pb2.CancelOperationRequest),
            },
        )

    async def get(self, request: Any, context: Any) -> Any:
        """Returns the operation; its response, when done, is the full BatchProof."""
        return await self._full(await self._prover.job(request.name, resources.OPERATIONS))

    async def list(self, request: Any, context: Any) -> Any:
        """Returns a page of operations, newest first, their responses without proofs' and snapshots' bytes."""
        if request.name not in ("", "operations"):
            raise status.field_invalid("name", "must be empty or 'operations'")
        if request.filter:
            raise status.field_invalid("filter", "must be empty: filters are not offered")
        jobs, token = await self._prover.page(request)
        listed = [resources.operation(job, self._feed.progress(job.id)) for job in jobs]
        return operations_pb2.ListOperationsResponse(operations=listed, next_page_token=token)

    async def wait(self, request: Any, context: Any) -> Any:
        """Returns the operation once it is done, or as it is when the time is up."""
        job = await self._prover.job(request.name, resources.OPERATIONS)
        limit = _LONGEST_WAIT
        if request.HasField("timeout"):
            limit = min(limit, request.timeout.ToTimedelta().total_seconds())
        remaining = context.time_remaining()
        if remaining is not None:
            limit = min(limit, remaining - _MARGIN)
        try:
            async with asyncio.timeout(max(limit, 0.0)):
                while not job.state.terminal and not self._feed.closed:
                    alarm = self._feed.alarm(job.id)
                    job = await self._prover.job(request.name, resources.OPERATIONS)
                    if not job.state.terminal:
                        await alarm.wait()
        except TimeoutError:
            job = await self._prover.job(request.name, resources.OPERATIONS)
        return await self._full(job)

    async def cancel(self, request: Any, context: Any) -> Any:
        """Stops the job if it is not over; asking again is no error."""
        job = await self._prover.job(request.name, resources.OPERATIONS)
        await self._scheduler.cancel(job)
        return empty_pb2.Empty()

    async def _full(self, job: Job) -> Any:
        return resources.operation(job, self._feed.progress(job.id), await self._prover.contents(job))


def _unary(method: Any, request: Any) -> Any:
    return grpc.unary_unary_rpc_method_handler(
        method,
        request_deserializer=request.FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )
