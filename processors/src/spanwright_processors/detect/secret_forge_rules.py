"""Secrets of source forges, build servers, and package registries."""

from __future__ import annotations

from .secret_checks import base62_checksum, no_words, package_index, trailing_crc32
from .secret_rules import END, HEX, TOKEN, WORD, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "github",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        rf"{WORD}{{30,255}}",
        mixed=False,
        check=base62_checksum,
    ),
    Rule(
        "github_app",
        ("ghs_",),
        rf"[0-9]{{1,12}}_eyJ{TOKEN}{{16,1024}}\.{TOKEN}{{16,2048}}\.{TOKEN}{{16,1024}}",
    ),
    Rule("github_fine_grained", ("github_pat_",), r"[A-Za-z0-9_]{40,255}"),
    # Personal, deploy, runner, job, trigger, feed, mail, agent, OAuth, SCIM, feature flag, workspace tokens;
    # the routable ones go on with their version and length after a full stop.
    Rule(
        "gitlab",
        (
            *("glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-"),
            *("glagent-", "gloas-", "glsoat-", "glffct-", "glwt-"),
        ),
        rf"{TOKEN}{{20,300}}(?:\.[0-9a-z]{{2}}\.[0-9a-z]{{9}})?",
    ),
    Rule("gitlab_runner_first", ("GR1348941",), rf"{TOKEN}{{20}}", check=no_words),
    Rule("atlassian", ("ATATT3",), r"[A-Za-z0-9_-]{60,300}(?:=[0-9A-F]{8})?", check=trailing_crc32),
    Rule("atlassian_container", ("ATCTT3",), r"[A-Za-z0-9_-]{60,300}(?:=[0-9A-F]{8})?", check=trailing_crc32),
    Rule("bitbucket", ("ATBB",), rf"{WORD}{{24}}[0-9A-Fa-f]{{8}}{END}", check=trailing_crc32),
    Rule("npm", ("npm_",), rf"{WORD}{{36}}{END}", mixed=False, check=base62_checksum),
    Rule("pypi", ("pypi-",), rf"{TOKEN}{{50,1000}}", check=package_index),
    Rule("rubygems", ("rubygems_",), rf"{HEX}{{48}}"),
    Rule("crates", ("cio",), rf"{WORD}{{32}}{END}"),
    Rule("nuget", ("oy2",), rf"[a-z0-9]{{43}}{END}"),
    Rule("clojars", ("CLOJARS_",), rf"[0-9a-z]{{60}}{END}"),
    Rule("docker", ("dckr_pat_", "dckr_oat_"), rf"{TOKEN}{{20,64}}", mixed=False, check=no_words),
    Rule("artifactory", ("AKCp",), rf"{WORD}{{60,80}}{END}"),
    Rule("artifactory_reference", ("cmVmdGtu",), rf"{WORD}{{50,70}}{END}"),
    Rule("sonar", ("squ_", "sqp_", "sqa_"), rf"{HEX}{{40}}{END}"),
    Rule("circleci", ("CCIPAT_", "CCIPRJ_"), rf"{WORD}{{20,30}}_{HEX}{{40}}"),
    Rule("buildkite", ("bkua_",), rf"{HEX}{{40}}{END}"),
    Rule("sourcegraph", ("sgp_",), rf"(?:(?:local|{HEX}{{16}})_)?{HEX}{{40}}{END}"),
    Rule("postman", ("PMAK-",), rf"{HEX}{{24}}-{HEX}{{34}}"),
)
