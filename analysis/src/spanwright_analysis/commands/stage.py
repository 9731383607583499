"""``spanwright stage``: the steps as an OTLP service."""

from __future__ import annotations

import asyncio
import logging
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

_EPILOG = """\
Everything else is set as the steps' settings are: in the environment, or in the file that
SPANWRIGHT_CONFIG_FILE names. The reference has all keys of the section "stage".

  SPANWRIGHT_STAGE_NEXT_ENDPOINT=http://gateway:4317 spanwright stage
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("--check", action="store_true", help="check the settings and end")
    parser.add_argument(
        "--print-redaction",
        action="store_true",
        help="print the Collector's redaction processor for the same policy, as YAML, and end",
    )
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong")


def run(arguments: Namespace) -> int:
    from spanwright_processors.settings import SettingsError, build_chain, load_settings

    level = logging.WARNING if arguments.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = load_settings()
        if arguments.check:
            build_chain(settings)
        if arguments.print_redaction:
            _print_redaction(settings.sections.get("mask"))
            return 0
    except SettingsError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 2
    try:
        from spanwright_processors.stage.service import serve
        from spanwright_processors.stage.workers import WorkersError
    except ImportError as error:
        print(
            f"Cannot run the stage: {error.name} is not installed. "
            'Install it with: pip install "spanwright-processors[stage]"',
            file=sys.stderr,
        )
        return 1
    try:
        if not arguments.check:
            asyncio.run(serve(settings.stage))
    except (ValueError, WorkersError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _print_redaction(mask: object) -> None:
    import yaml
    from spanwright_processors.masking.settings import MaskSettings, Preset
    from spanwright_processors.stage.second_line import redaction_processor

    settings = mask if isinstance(mask, MaskSettings) else MaskSettings(preset=Preset.OFF)
    print("# Made by `spanwright stage --print-redaction` from the policy of masking. Read by gateway.yaml.")
    print(
        yaml.safe_dump(redaction_processor(settings), sort_keys=False, allow_unicode=True, width=200), end=""
    )
