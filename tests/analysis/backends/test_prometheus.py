"""The rules, run by promtool over series made for them: they fire on what they are for, and that only."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition, load
from spanwright_analysis.backends.prometheus import alert_name, rules
from support.prometheus import prometheus_tool

WHERE = 'job="bot",deployment_environment_name="prod",spanwright_pipeline_name="support"'
DURATION = "spanwright_trace_duration_seconds"
COST = "spanwright_trace_cost_USD"
SCORE = "spanwright_trace_retrieval_score"
JUDGED = "spanwright_evaluation_score"
SIMPLE = f'{WHERE},spanwright_pipeline_type="simple_qa"'


Series = tuple[str, tuple[tuple[float, int], ...]]


def series(name: str, labels: str, *changes: tuple[float, int]) -> Series:
    """A counter that grows by so much in each minute, for so many minutes, one stretch after the other."""
    return f"{name}{{{labels}}}", changes


def written(given: Series, step: int) -> dict[str, str]:
    """The counter with a sample every ``step`` minutes."""
    name, changes = given
    text, value = [], 0.0
    for each, minutes in changes:
        text.append(f"{value:.10g}+{each * step:.10g}x{minutes // step - 1}")
        value += each * minutes
    return {"series": name, "values": " ".join(text)}


def histogram(name: str, labels: str, below: dict[str, tuple[float, ...]], minutes: int) -> list[Series]:
    """Buckets by their bounds that grow by so much in each minute; the count is that of the last."""
    made = [series(f"{name}_bucket", f'{labels},le="{le}"', (step[0], minutes)) for le, step in below.items()]
    last = list(below.values())[-1][0]
    return [*made, series(f"{name}_count", labels, (last, minutes))]


def mean(name: str, labels: str, *parts: tuple[float, float, int]) -> list[Series]:
    """(how many a minute, value of each, minutes), one after the other."""
    return [
        series(f"{name}_sum", labels, *((many * value, minutes) for many, value, minutes in parts)),
        series(f"{name}_count", labels, *((many, minutes) for many, _, minutes in parts)),
    ]


HOUR, DAY = 60, 1_440
#: (monitor, series, minute at which it is looked at, a label's value of each alert that fires)
CASES: dict[str, tuple[str, list[Series], int, list[str]]] = {
    "p50 over 800 ms": (
        "request_p50",
        histogram(DURATION, SIMPLE, {"0.5": (4,), "0.8": (4,), "1": (10,), "+Inf": (10,)}, HOUR),
        50,
        ["simple_qa"],
    ),
    "p50 within 800 ms": (
        "request_p50",
        histogram(DURATION, SIMPLE, {"0.5": (4,), "0.8": (6,), "1": (10,), "+Inf": (10,)}, HOUR),
        50,
        [],
    ),
    "p50 of another type has its own budget": (
        "request_p50",
        histogram(
            DURATION,
            SIMPLE.replace("simple_qa", "agent"),
            {"0.8": (1,), "3": (10,), "+Inf": (10,)},
            HOUR,
        ),
        50,
        [],
    ),
    "too few requests say nothing": (
        "request_p50",
        histogram(DURATION, SIMPLE, {"0.8": (0,), "1": (1,), "+Inf": (1,)}, HOUR),
        50,
        [],
    ),
    "p99 over 2.5 s": (
        "request_p99",
        histogram(DURATION, SIMPLE, {"2": (9.8,), "2.5": (9.8,), "3": (10,), "+Inf": (10,)}, 3 * HOUR),
        150,
        ["simple_qa"],
    ),
    "p99 within 2.5 s": (
        "request_p99",
        histogram(DURATION, SIMPLE, {"2": (9.8,), "2.5": (9.95,), "3": (10,), "+Inf": (10,)}, 3 * HOUR),
        150,
        [],
    ),
    "a request for half a cent": (
        "request_cost",
        mean(COST, SIMPLE, (5, 0.005, 3 * HOUR)),
        150,
        ["simple_qa"],
    ),
    "a request for a fifth of a cent": ("request_cost", mean(COST, SIMPLE, (5, 0.002, 3 * HOUR)), 150, []),
    "groundedness of 0.7": (
        "groundedness",
        mean(JUDGED, f'{WHERE},gen_ai_evaluation_name="groundedness"', (5, 0.7, HOUR)),
        30,
        ["support"],
    ),
    "groundedness of 0.8": (
        "groundedness",
        mean(JUDGED, f'{WHERE},gen_ai_evaluation_name="groundedness"', (5, 0.8, HOUR)),
        30,
        [],
    ),
    "another score of 0.5": (
        "groundedness",
        mean(JUDGED, f'{WHERE},gen_ai_evaluation_name="completeness"', (5, 0.5, HOUR)),
        30,
        [],
    ),
    "weak retrievals grow from 10 to 12 %": (
        "retrieval_tail",
        [
            series(f"{SCORE}_bucket", f'{WHERE},le="0.65"', (1, 8 * DAY), (1.2, DAY)),
            series(f"{SCORE}_count", WHERE, (10, 9 * DAY)),
        ],
        9 * DAY - 5,
        ["support"],
    ),
    "weak retrievals grow from 10 to 10.5 %": (
        "retrieval_tail",
        [
            series(f"{SCORE}_bucket", f'{WHERE},le="0.65"', (1, 8 * DAY), (1.05, DAY)),
            series(f"{SCORE}_count", WHERE, (10, 9 * DAY)),
        ],
        9 * DAY - 5,
        [],
    ),
    "a cost of 1 a day, then of 3": (
        "daily_cost",
        [series("spanwright_call_cost_USD_total", WHERE, (1 / DAY, 9 * DAY), (3 / DAY, DAY))],
        10 * DAY - 5,
        ["support"],
    ),
    "a cost of 1 a day, then of 1.2": (
        "daily_cost",
        [series("spanwright_call_cost_USD_total", WHERE, (1 / DAY, 9 * DAY), (1.2 / DAY, DAY))],
        10 * DAY - 5,
        [],
    ),
    "a reason on 2 % of the requests": (
        "handoff_reason",
        [
            series("spanwright_handoffs_total", f'{WHERE},spanwright_hitl_reason="steps"', (0.2, 2 * DAY)),
            series("spanwright_handoffs_total", f'{WHERE},spanwright_hitl_reason="mail"', (0.05, 2 * DAY)),
            series("spanwright_traces_total", WHERE, (10, 2 * DAY)),
        ],
        2 * DAY - 5,
        ["steps"],
    ),
    "cut off: from 1 to 5 %": (
        "cut_off",
        [
            series(
                "spanwright_calls_total",
                f'{WHERE},spanwright_finish_reason="length"',
                (0.1, DAY),
                (0.5, HOUR),
            ),
            series(
                "spanwright_calls_total", f'{WHERE},spanwright_finish_reason="stop"', (9.9, DAY), (9.5, HOUR)
            ),
        ],
        DAY + HOUR - 1,
        ["support"],
    ),
    "cut off: 5 % as ever": (
        "cut_off",
        [
            series("spanwright_calls_total", f'{WHERE},spanwright_finish_reason="length"', (0.5, DAY + HOUR)),
            series("spanwright_calls_total", f'{WHERE},spanwright_finish_reason="stop"', (9.5, DAY + HOUR)),
        ],
        DAY + HOUR - 1,
        [],
    ),
    "held back: from nothing to 3 %": (
        "held_back",
        [
            series(
                "spanwright_calls_total",
                f'{WHERE},spanwright_finish_reason="content_filter"',
                (0, DAY),
                (0.3, HOUR),
            ),
            series("spanwright_calls_total", f'{WHERE},spanwright_finish_reason="stop"', (10, DAY + HOUR)),
        ],
        DAY + HOUR - 1,
        ["support"],
    ),
}


def versions(dearer: float, score: float) -> list[Series]:
    """Version 1 for a cent in eight days, then version 2 for ``dearer`` cents besides; their groundedness."""
    judged = f'{WHERE},gen_ai_evaluation_name="groundedness",spanwright_pipeline_version='
    return [
        *mean(COST, f'{WHERE},spanwright_pipeline_version="1"', (1, 0.01, 9 * DAY)),
        *mean(COST, f'{WHERE},spanwright_pipeline_version="2"', (0, 0, 8 * DAY), (1, dearer, DAY)),
        *mean(JUDGED, f'{judged}"1"', (1, 0.8, 9 * DAY)),
        *mean(JUDGED, f'{judged}"2"', (0, 0, 8 * DAY), (1, score, DAY)),
    ]


def prompts(dearer: float) -> list[Series]:
    where = f'{WHERE},gen_ai_prompt_name="answer",gen_ai_prompt_version='
    cost, calls = "spanwright_call_cost_USD_total", "spanwright_calls_total"
    return [
        series(cost, f'{where}"1"', (0.01, 9 * DAY)),
        series(calls, f'{where}"1"', (1, 9 * DAY)),
        series(cost, f'{where}"2"', (0, 8 * DAY), (dearer, DAY)),
        series(calls, f'{where}"2"', (0, 8 * DAY), (1, DAY)),
    ]


CASES |= {
    "a version 20 % dearer": ("pipeline_version_cost", versions(0.012, 0.8), 9 * DAY - 5, ["2"]),
    "a version 10 % dearer": ("pipeline_version_cost", versions(0.011, 0.8), 9 * DAY - 5, []),
    "a version 20 % dearer, and better": ("pipeline_version_cost", versions(0.012, 0.9), 9 * DAY - 5, []),
    "a prompt 20 % dearer": ("prompt_version_cost", prompts(0.012), 9 * DAY - 5, ["2"]),
    "a prompt as dear": ("prompt_version_cost", prompts(0.01), 9 * DAY - 5, []),
}


def test_rules_are_valid(tmp_path: Path) -> None:
    """promtool's check, with its lint: no rule twice, every expression one."""
    path = tmp_path / "rules.yaml"
    path.write_text(rules(load()))
    command = [str(prometheus_tool("promtool")), "check", "rules", "--lint=all", "--lint-fatal", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("case", CASES)
def test_alert(case: str, definition: Definition, tmp_path: Path) -> None:
    """The monitor fires for what is over its limit, and for that only."""
    monitor_id, given, minute, expected = CASES[case]
    [monitor] = [one for one in definition.monitors if one.id == monitor_id]
    (tmp_path / "rules.yaml").write_text(rules(replace(definition, monitors=(monitor,))))
    found = firing(tmp_path, given, minute, alert_name(monitor))
    assert len(found) == len(expected), found
    for labels, wanted in zip(found, expected, strict=True):
        assert f'"{wanted}"' in labels


def test_every_monitor_is_tried(definition: Definition) -> None:
    """Each has a case in which it fires and, but for one, a case in which it does not."""
    firing_ones = {monitor for monitor, _, _, expected in CASES.values() if expected}
    assert firing_ones == {monitor.id for monitor in definition.monitors}


def firing(folder: Path, given: list[Series], minute: int, name: str) -> list[str]:
    """Labels of the alerts of this name that fire at the minute, as promtool tells them."""
    step = 10 if minute > 2 * DAY else 1
    case: dict[str, Any] = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "5m" if minute > DAY + HOUR else "1m",
        "tests": [
            {
                "interval": f"{step}m",
                "input_series": [written(one, step) for one in given],
                # Expects nothing: promtool then says what it got.
                "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": name, "exp_alerts": []}],
            }
        ],
    }
    (folder / "case.yaml").write_text(json.dumps(case))
    command = [str(prometheus_tool("promtool")), "test", "rules", str(folder / "case.yaml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    told = ran.stdout + ran.stderr
    assert ran.returncode == 0 or "got:" in told, told
    got: str = told.partition("got:")[2]
    return got.split("Labels:")[1:]
