"""Puts a service together, runs it until it is told to stop, and takes it down in good order."""

import asyncio
import contextlib
import errno
import importlib.util
import signal
import socket
from collections.abc import Callable

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health  # type: ignore[attr-defined]
from grpc_reflection.v1alpha import reflection

from prover import telemetry
from prover.errors import SequiturError, SetupError
from prover.service import operations
from prover.service.feed import Feed
from prover.service.interceptor import ErrorInterceptor
from prover.service.prover_service import ProverService
from prover.service.scheduler import Scheduler
from prover.service.settings import MESSAGE_BYTES, EntryPoints, Settings
from prover.service.verifier_service import VerifierService
from prover.store.store import Store
from prover.v1 import prover_pb2, prover_pb2_grpc, verifier_pb2, verifier_pb2_grpc

_log = telemetry.logger("server")
_SERVICES = (
    prover_pb2.DESCRIPTOR.services_by_name["ProverService"].full_name,
    verifier_pb2.DESCRIPTOR.services_by_name["VerifierService"].full_name,
    operations.NAME,
)
_PROBE_INTERVAL = 10.0
_GRACE = 5.0
_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_metadata_size", 16 << 10),
    ("grpc.max_concurrent_streams", 100),
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.http2.max_ping_strikes", 2),
    # Two services on one port would share its calls at random.
    ("grpc.so_reuseport", 0),
]


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Runs a service until SIGTERM or SIGINT; ``announce`` is told the bound address once calls are answered.

    Raises `SetupError` (KERNEL_MISSING, PORT_IN_USE, ADDRESS_UNUSABLE, STORE_…, DISK_FULL) if it cannot
    begin, and `SequiturError` (SERVICE_FAULT) if only a new start can take up what it was doing.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    require_kernel(settings.entry_points)
    store = await asyncio.to_thread(Store, settings.store, settings.allowed_losses, settings.reserved_bytes)
    try:
        await _serve(settings, store, announce, stopping)
    finally:
        await asyncio.to_thread(store.close)


def require_kernel(entry_points: EntryPoints) -> None:
    """Raises `SetupError` (KERNEL_MISSING) if proving needs the compiled kernel and there is none."""
    if entry_points == EntryPoints() and importlib.util.find_spec("prover._kernel") is None:
        raise SetupError(
            "KERNEL_MISSING", "The compiled proving kernel is not installed.", "Run `make setup` to build it."
        )


async def _serve(
    settings: Settings, store: Store, announce: Callable[[str], None], stopping: asyncio.Event
) -> None:
    feed = Feed()
    scheduler = Scheduler(store, feed, settings)
    server = grpc.aio.server(
        interceptors=[ErrorInterceptor()],
        options=_OPTIONS,
        maximum_concurrent_rpcs=settings.watch_limit + 128,
        compression=grpc.Compression.NoCompression,
    )
    prover = ProverService(store, feed, scheduler, settings)
    prover_pb2_grpc.add_ProverServiceServicer_to_server(prover, server)
    verifier_pb2_grpc.add_VerifierServiceServicer_to_server(VerifierService(settings), server)
    server.add_generic_rpc_handlers((operations.Operations(prover, feed, scheduler).handlers(),))
    healthy = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    if settings.reflection:
        reflection.enable_server_reflection(
            (*_SERVICES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME),
            server,
        )
    address = _bind(server, settings.address)
    await scheduler.start()
    await _probe(store, healthy)
    await server.start()
    probing = asyncio.create_task(_keep_probing(store, healthy))
    _log.info("serving", address=address)
    announce(address)
    try:
        await _either(stopping, scheduler.broken)
    finally:
        _log.info("stopping")
        probing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await probing
        await healthy.enter_graceful_shutdown()
        feed.close()
        await scheduler.stop()
        await server.stop(_GRACE)
    if scheduler.broken.is_set():
        raise SequiturError(
            "SERVICE_FAULT",
            "The scheduler met an unexpected fault; every job is kept.",
            "Start the service again, and report the log.",
        )


async def _either(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def _probe(store: Store, healthy: health.HealthServicer) -> None:
    """Lets the health answers say whether the store takes new jobs."""
    serving = health_pb2.HealthCheckResponse.SERVING
    try:
        await store.probe()
    except SetupError as error:
        _log.error("store unavailable", reason=error.code, message=error.message)
        serving = health_pb2.HealthCheckResponse.NOT_SERVING
    for name in ("", *_SERVICES):
        await healthy.set(name, serving)


async def _keep_probing(store: Store, healthy: health.HealthServicer) -> None:
    while True:
        await asyncio.sleep(_PROBE_INTERVAL)
        await _probe(store, healthy)


def _bind(server: grpc.aio.Server, address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or int(port) > 0xFFFF:
        raise SetupError(
            "ADDRESS_UNUSABLE", f"{address!r} is not an address.", "Give HOST:PORT, such as 127.0.0.1:50551."
        )
    _try_address(host.strip("[]"), int(port), address)
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError as error:
        raise SetupError(
            "ADDRESS_UNUSABLE", f"{address} cannot be listened on.", "Give another address."
        ) from error
    return f"{host}:{bound}"


def _try_address(host: str, port: int, address: str) -> None:
    """Raises the `SetupError` that says why an address cannot be listened on; gRPC itself does not tell."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SetupError(
                "PORT_IN_USE",
                f"Another process is listening on {address}.",
                "Stop it, or choose another port with --listen HOST:PORT.",
            ) from error
        raise SetupError(
            "ADDRESS_UNUSABLE",
            f"{address} cannot be listened on: {error.strerror or error}.",
            "Give another address with --listen HOST:PORT.",
        ) from error
