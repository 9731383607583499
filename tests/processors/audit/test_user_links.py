from __future__ import annotations

from spanwright_processors.audit.user_links import UserLinks


def test_the_user_of_a_trace_holds_for_its_later_spans() -> None:
    """A span that does not say whose it is gets the user that an earlier span of its trace named."""
    links = UserLinks()
    assert links.of(1, "bob", has_originals=False) == ("bob", False)
    assert links.of(1, None, has_originals=True) == ("bob", False)
    assert links.of(2, None, has_originals=True) == (None, False)


def test_a_user_named_late_is_news_once() -> None:
    """Where originals came before their user, one more record tells."""
    links = UserLinks()
    links.of(1, None, has_originals=True)
    links.of(1, None, has_originals=True)
    assert links.of(1, "bob", has_originals=False) == ("bob", True)
    assert links.of(1, "bob", has_originals=False) == ("bob", False)


def test_traces_without_originals_are_no_news() -> None:
    """A trace in which nothing was masked gets no record, whoever its user is."""
    links = UserLinks()
    assert links.of(1, None, has_originals=False) == (None, False)
    assert links.of(1, "bob", has_originals=False) == ("bob", False)


def test_no_trace_is_no_link() -> None:
    """Log records outside any trace are not taken for one trace."""
    links = UserLinks()
    links.of(0, "bob", has_originals=True)
    assert links.of(0, None, has_originals=True) == (None, False)


def test_bounded() -> None:
    """The oldest traces are forgotten."""
    links = UserLinks(traces=2)
    for trace in (1, 2, 3):
        links.of(trace, "bob", has_originals=True)
    assert links.of(1, None, has_originals=False) == (None, False)
    assert links.of(3, None, has_originals=False) == ("bob", False)
