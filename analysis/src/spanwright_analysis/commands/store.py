"""``spanwright store``: spans in PostgreSQL or in a folder of Parquet files, for teams without an APM."""

from __future__ import annotations

import asyncio
import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ..named_queries import moment
from ..span_store import QueryError
from ..store.backend import Erasure, Store
from ..store.error import StoreError
from ..store.opening import open_store
from ..store.settings import StoreSettings, load_settings
from ..store_view import loaded_line, print_status
from ..terminal import complain, output
from .query import add_questions, answer, print_json, print_table

_TASKS = {
    "init": "make the tables, or bring those of an older version up to date",
    "load": "store what files of OTLP hold; what is stored already is passed over",
    "serve": "receive OTLP over gRPC and HTTP, and answer when it is stored",
    "query": "ask a question that has a name, or any SQL",
    "show": "show a trace as a tree",
    "embed": "make the embeddings of query texts that similar queries are found by",
    "similar": "find queries like a text, or like that of a trace",
    "retain": "delete days that are past the retention",
    "erase": "erase traces, all traces of users, or days for good",
    "status": "show what is stored",
}
_VIEWS = (
    "traces, retrievals, model_calls, tool_calls, evaluations, guardrails, hitl_requests, spans and events"
)


def add_arguments(parser: ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    for name, summary in _TASKS.items():
        task = tasks.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "query":
            add_questions(task, _add_query_options, _VIEWS)
            continue
        _add_store(task)
        adding = _OPTIONS.get(name)
        if adding is not None:
            adding(task)


def run(arguments: Namespace) -> int:
    try:
        named = {key: value for key, value in vars(arguments).items() if key in _SETTINGS}
        settings = load_settings(None, url=arguments.store, **named)
        return _RUN[arguments.task](arguments, settings, open_store(settings.url, settings.schema))
    except (StoreError, QueryError) as error:
        return complain(str(error))
    except ImportError as error:
        return complain(
            f"Cannot run this: {error.name} is not installed. "
            'Install it with: pip install "spanwright-analysis[store]"'
        )


def _init(arguments: Namespace, settings: StoreSettings, store: Store) -> int:
    if arguments.retention_days is not None and arguments.retention_days < 0:
        return complain("Cannot keep less than nothing. Give --retention-days 0 to keep everything.")
    store.init(arguments.retention_days, arguments.reader)
    return _status(arguments, settings, store)


def _load(arguments: Namespace, settings: StoreSettings, store: Store) -> int:  # noqa: ARG001
    from ..store.loading import load
    from ..store.sources import Sources

    sources = Sources(arguments.path)
    process = _steps() if arguments.process else None
    loaded = load(store, sources, process)
    print(loaded_line(loaded))
    for problem in sources.problems[:10]:
        complain(f"Passed over: {problem}.")
    if len(sources.problems) > 10:
        complain(f"… and {len(sources.problems) - 10} more.")
    return 1 if sources.problems else 0


def _steps() -> Callable[[Any], None]:
    """Runs the configured steps over a message, as the stage does."""
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
    from spanwright_processors.otlp import process_logs, process_traces
    from spanwright_processors.settings import SettingsError, build_chain
    from spanwright_processors.settings import load_settings as load_steps

    try:
        chain = build_chain(load_steps())
    except SettingsError as error:
        raise StoreError(str(error)) from error

    def process(message: Any) -> None:
        (process_traces if isinstance(message, TracesData) else process_logs)(message, chain)

    return process


def _serve(arguments: Namespace, settings: StoreSettings, store: Store) -> int:
    level = logging.WARNING if arguments.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(message)s", stream=sys.stderr)
    from ..store.service import serve

    try:
        asyncio.run(serve(store, settings))
    except ValueError as error:
        return complain(str(error))
    return 0


def _query(arguments: Namespace, settings: StoreSettings, store: Store) -> int:  # noqa: ARG001
    return answer(arguments, store.run)


def _show(arguments: Namespace, settings: StoreSettings, store: Store) -> int:  # noqa: ARG001
    from ..store.reading import spans_of
    from ..trace_tree import build_traces
    from .traces import print_traces

    spans = spans_of(store, arguments.trace)
    if not spans:
        return complain(f"Cannot show trace {arguments.trace}: the store has none whose id begins so.")
    print_traces(build_traces(spans), arguments.width, arguments.excerpt)
    return 0


def _embed(arguments: Namespace, settings: StoreSettings, store: Store) -> int:
    from ..store.embedding import embed_new, embedder, put_given

    model = settings.embedding.model
    if arguments.source is None:
        embed = embedder(settings.embedding)
        number = embed_new(store, model, embed, arguments.since)
    elif not model:
        return complain("Cannot keep vectors of no model. Name it with --model.")
    else:
        try:
            with Path(arguments.source).open(encoding="utf-8") as lines:
                number = put_given(store, model, lines)
        except OSError as error:
            return complain(f"Cannot read {arguments.source}: {error.strerror}. Name a file of JSON lines.")
    print(f"{number:,} texts embedded with {model}.")
    return 0


def _similar(arguments: Namespace, settings: StoreSettings, store: Store) -> int:
    from ..store.similar import similar

    found = similar(
        store,
        settings.embedding,
        text=arguments.text,
        trace=arguments.trace,
        vector_file=arguments.vector,
        since=arguments.since,
        limit=arguments.limit,
    )
    if arguments.json:
        print_json(found)
    else:
        print_table(found, output())
    return 0


def _retain(arguments: Namespace, settings: StoreSettings, store: Store) -> int:  # noqa: ARG001
    days = store.retain()
    print(f"{len(days)} days deleted{': ' + ', '.join(days) if days else ''}.")
    return 0


def _erase(arguments: Namespace, settings: StoreSettings, store: Store) -> int:  # noqa: ARG001
    days = {*arguments.day}
    if arguments.before is not None:
        days |= {one.day for one in store.status().days if one.day < arguments.before}
    if not (arguments.trace or arguments.user_hash or arguments.day or arguments.before):
        return complain("Cannot erase: nothing is named. Give --trace, --user-hash, --day or --before.")
    erased = store.erase(Erasure(frozenset(arguments.trace), frozenset(arguments.user_hash), frozenset(days)))
    print(
        f"{erased.traces:,} traces ({erased.spans:,} spans, {erased.events:,} events), {erased.days:,} days "
        f"and {erased.embeddings:,} embeddings erased. Backups, if any, still have them."
    )
    return 0


def _status(arguments: Namespace, settings: StoreSettings, store: Store) -> int:  # noqa: ARG001
    print_status(store.status(), as_json=getattr(arguments, "json", False))
    return 0


def _add_store(task: ArgumentParser) -> None:
    task.add_argument(
        "--store",
        metavar="URL",
        help="postgresql://… or a folder (default: SPANWRIGHT_STORE_URL)",
    )
    task.add_argument("--schema", help="schema of PostgreSQL (default: SPANWRIGHT_STORE_SCHEMA, or its own)")


def _add_query_options(task: ArgumentParser) -> None:
    _add_store(task)
    task.add_argument("--json", action="store_true", help="print JSON lines instead of a table")


def _add_init(task: ArgumentParser) -> None:
    task.add_argument(
        "--retention-days",
        type=int,
        metavar="N",
        help="keep N days, today included; 0: all (at first so)",
    )
    task.add_argument(
        "--reader", action="append", default=[], metavar="ROLE",
        help="a role of PostgreSQL that may read, such as Grafana's (may be repeated)",
    )  # fmt: skip


def _add_load(task: ArgumentParser) -> None:
    task.add_argument(
        "path", nargs="+", help="files or folders of OTLP (JSON, protobuf, gzip, zstd); - for standard input"
    )
    task.add_argument(
        "--process",
        action="store_true",
        help="run the configured steps (mask, price …) over it first",
    )


def _add_serve(task: ArgumentParser) -> None:
    for name in ("grpc", "http", "admin"):
        task.add_argument(f"--{name}", metavar="HOST:PORT", help=f"default: SPANWRIGHT_STORE_{name.upper()}")
    task.add_argument("--quiet", action="store_true", help="say only what is wrong")


def _add_show(task: ArgumentParser) -> None:
    task.add_argument("trace", metavar="TRACE", help="trace id, or how it begins")
    task.add_argument("--width", type=int, help="cells in a line (default: the terminal's width)")
    task.add_argument("--excerpt", type=int, default=280, metavar="CELLS", help="of each text (default 280)")


def _add_model(task: ArgumentParser) -> None:
    task.add_argument("--model", dest="embedding_model", help="default: SPANWRIGHT_STORE_EMBEDDING_MODEL")
    task.add_argument(
        "--endpoint",
        dest="embedding_endpoint",
        metavar="URL",
        help="default: SPANWRIGHT_STORE_EMBEDDING_ENDPOINT",
    )
    task.add_argument("--since", type=_since, default=datetime(1970, 1, 1, tzinfo=UTC), metavar="DATE",
                      help="queries from this date on, UTC")  # fmt: skip


def _add_embed(task: ArgumentParser) -> None:
    _add_model(task)
    task.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help='vectors made elsewhere: JSON lines {"text": …, "embedding": […]}',
    )


def _add_similar(task: ArgumentParser) -> None:
    like = task.add_mutually_exclusive_group(required=True)
    like.add_argument("text", nargs="?", help="the text of a query")
    like.add_argument("--trace", metavar="ID", help="like the query of this trace")
    like.add_argument("--vector", metavar="FILE", type=Path, help="like this vector, a JSON list of numbers")
    _add_model(task)
    task.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (default 20)")
    task.add_argument("--json", action="store_true", help="print JSON lines instead of a table")


def _add_erase(task: ArgumentParser) -> None:
    task.add_argument("--trace", action="append", default=[], type=_trace, metavar="ID", help="a trace")
    task.add_argument("--user-hash", action="append", default=[], metavar="HASH", help="all traces of a user")
    task.add_argument(
        "--day", action="append", default=[], type=_day, metavar="DAY", help="as 2026-11-23, UTC"
    )
    task.add_argument("--before", type=_day, metavar="DAY", help="all days before this one")


def _add_status(task: ArgumentParser) -> None:
    task.add_argument("--json", action="store_true", help="print one JSON object")


def _trace(typed: str) -> str:
    if len(typed) != 32 or not set(typed.lower()) <= set("0123456789abcdef"):
        raise ArgumentTypeError(f"{typed!r} is no trace id (32 hexadecimal digits)")
    return typed.lower()


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"{typed!r} is no day such as 2026-11-23") from None


def _since(typed: str) -> datetime:
    try:
        return moment(typed).replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError(f"{typed!r} is no date such as 2026-11-23") from None


#: Options that are settings.
_SETTINGS = ("schema", "grpc", "http", "admin", "embedding_model", "embedding_endpoint")
_OPTIONS: dict[str, Callable[[ArgumentParser], None]] = {
    "init": _add_init, "load": _add_load, "serve": _add_serve, "show": _add_show, "embed": _add_embed,
    "similar": _add_similar, "erase": _add_erase, "status": _add_status,
}  # fmt: skip
_RUN: dict[str, Callable[[Namespace, StoreSettings, Store], int]] = {
    "init": _init, "load": _load, "serve": _serve, "query": _query, "show": _show, "embed": _embed,
    "similar": _similar, "retain": _retain, "erase": _erase, "status": _status,
}  # fmt: skip
