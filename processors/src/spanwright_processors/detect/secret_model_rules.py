"""Secrets of model providers and of what stands around models: vector stores, tracing, search, speech."""

from __future__ import annotations

from .secret_checks import no_words
from .secret_rules import BASE64, END, HEX, TOKEN, WORD, Rule

RULES: tuple[Rule, ...] = (
    # A prefix of its own before the random part, or a long random part: OpenAI's first keys, DeepSeek,
    # Moonshot, DashScope, Stability and others who took the same prefix.
    Rule(
        "openai",
        ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", "sk-service-account-"),
        rf"{TOKEN}{{20,400}}",
    ),
    Rule("openai_like", ("sk-",), rf"(?:[a-z][a-z0-9]{{1,15}}-){{0,3}}{WORD}{{16,200}}"),
    Rule("openai_session", ("sess-",), rf"{WORD}{{40}}{END}"),
    Rule("anthropic", ("sk-ant-",), rf"[a-z]{{3,8}}[0-9]{{2}}-{TOKEN}{{32,200}}"),
    Rule("openrouter", ("sk-or-v1-", "sk-or-"), rf"{HEX}{{48,80}}"),
    Rule("langfuse", ("sk-lf-", "pk-lf-"), rf"{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}"),
    Rule("google_api", ("AIza",), rf"{TOKEN}{{35}}", mixed=False),
    Rule("google_express", ("AQ.Ab8",), rf"{TOKEN}{{40,80}}", mixed=False),
    Rule("hugging_face", ("hf_", "api_org_"), rf"{WORD}{{30,64}}", mixed=False),
    Rule("groq", ("gsk_",), rf"{WORD}{{32,80}}", mixed=False),
    Rule("xai", ("xai-",), rf"{TOKEN}{{32,128}}", check=no_words),
    Rule("perplexity", ("pplx-",), rf"{WORD}{{32,80}}", mixed=False),
    Rule("together", ("tgp_v1_",), rf"{TOKEN}{{32,80}}"),
    Rule("fireworks", ("fw_",), rf"{WORD}{{22,48}}{END}"),
    Rule("replicate", ("r8_",), rf"{WORD}{{32,48}}", mixed=False),
    Rule("cerebras", ("csk-",), rf"{WORD}{{32,80}}"),
    Rule("nvidia", ("nvapi-",), rf"{TOKEN}{{40,100}}", mixed=False, check=no_words),
    Rule("voyage", ("pa-",), rf"{TOKEN}{{43}}{END}", check=no_words),
    Rule("jina", ("jina_",), rf"{TOKEN}{{50,80}}"),
    Rule("nomic", ("nk-",), rf"{TOKEN}{{43}}{END}", check=no_words),
    Rule("llama_cloud", ("llx-",), rf"{WORD}{{40,64}}"),
    Rule("anyscale", ("esecret_",), rf"{WORD}{{24,40}}"),
    Rule("runpod", ("rpa_",), rf"{WORD}{{36,60}}"),
    Rule("modal", ("ak-", "as-"), rf"[A-Za-z0-9]{{22}}{END}", score=0.8),
    Rule("e2b", ("e2b_",), rf"{HEX}{{40}}{END}"),
    Rule("bedrock_long_term", ("ABSK",), rf"{BASE64}{{90,200}}={{0,2}}", mixed=False),
    Rule("bedrock_short_term", ("bedrock-api-key-",), rf"{BASE64}{{40,4096}}={{0,2}}", mixed=False),
    Rule("wandb", ("wandb_v1_",), rf"{TOKEN}{{40,120}}"),
    Rule("elevenlabs", ("sk_",), rf"{HEX}{{48}}{END}"),
    Rule("langsmith", ("lsv2_pt_", "lsv2_sk_"), rf"{HEX}{{32}}_{HEX}{{8,12}}"),
    Rule("langsmith_first", ("ls__",), rf"{HEX}{{32}}{END}"),
    Rule("pinecone", ("pcsk_",), rf"{TOKEN}{{40,100}}"),
    Rule("tavily", ("tvly-",), rf"{TOKEN}{{20,64}}", check=no_words),
    Rule("firecrawl", ("fc-",), rf"{HEX}{{32}}{END}"),
    Rule("browserbase", ("bb_live_", "bb_test_"), rf"{TOKEN}{{20,48}}"),
    Rule("apify", ("apify_api_",), rf"{WORD}{{36}}{END}"),
)
