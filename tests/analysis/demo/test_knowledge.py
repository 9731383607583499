"""The demo's help articles."""

from __future__ import annotations

from collections import Counter

from openai import OpenAI
from spanwright_analysis.demo.knowledge import HelpArticles, articles
from spanwright_analysis.demo.server import running_server


def test_articles_of_several_product_lines() -> None:
    """Ids are unique and begin with the product line."""
    found = articles()
    assert len({article.source_doc_id for article in found}) == len(found) == 25
    assert all(article.source_doc_id.startswith(f"{article.product_line}/") for article in found)
    lines = Counter(article.product_line for article in found)
    assert min(lines["aero"], lines["lumen"], lines["terra"]) >= 6


def test_a_search_gives_the_nearest_texts_first() -> None:
    """As many as asked for, over the real store."""
    with running_server(pace=0) as server, OpenAI(base_url=server.base_url, api_key="any") as client:
        help_articles = HelpArticles(client)
        help_articles.index()
        texts = help_articles.search("How do I turn the filter light off?", top_k=2)
        help_articles.close()
    assert [text.partition("\n")[0] for text in texts] == [
        "Aero 300: turn the filter light off",
        "Aero: what the status lights mean",
    ]
