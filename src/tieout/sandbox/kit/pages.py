"""Plain server-rendered pages for looking into a sandbox: every value is escaped, there are no scripts, one stylesheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from starlette.responses import HTMLResponse, Response

STYLESHEET = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
nav a { margin-right: 1rem; } p.lead { margin: 0 0 1rem; opacity: .75; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; background: var(--soft); white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
nav { margin-bottom: 1.5rem; }
div.wide { overflow-x: auto; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; }
summary { cursor: pointer; padding: .45rem .6rem; } details > div { padding: 0 .6rem .6rem; }
p.empty { opacity: .6; font-style: italic; }
"""


class Html(str):
    """Text that is markup already and must not be escaped again."""


def text(value: object) -> Html:
    """The value as escaped text; None is empty."""
    return value if isinstance(value, Html) else Html(escape("" if value is None else str(value)))


def link(href: str, label: object) -> Html:
    """An anchor."""
    return Html(f'<a href="{escape(href)}">{text(label)}</a>')


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> Html:
    """A table; `numbers` are the indexes of right-aligned columns. Without rows it says that there are none."""
    lines = [_row("td", row, numbers) for row in rows]
    if not lines:
        return Html('<p class="empty">None yet.</p>')
    head = _row("th", headers, numbers)
    return Html(f'<div class="wide"><table><thead>{head}</thead><tbody>{"".join(lines)}</tbody></table></div>')


def section(title: str, *parts: Html) -> Html:
    """A heading and what stands under it."""
    return Html(f"<section><h2>{text(title)}</h2>{''.join(parts)}</section>")


def folded(summary: object, *parts: Html) -> Html:
    """Parts that open when their summary is clicked."""
    return Html(f"<details><summary>{text(summary)}</summary><div>{''.join(parts)}</div></details>")


def page(title: str, *parts: Html, lead: object = "", links: Iterable[tuple[str, str]] = ()) -> Response:
    """A complete page; `links` are (href, label) pairs of the navigation."""
    navigation = "".join(link(href, label) for href, label in links)
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head>'
        f'<body><h1>{text(title)}</h1><p class="lead">{text(lead)}</p><nav>{navigation}</nav>{"".join(parts)}</body></html>',
        headers={"content-security-policy": "default-src 'none'; style-src 'self'"},
    )


def _row(tag: str, cells: Sequence[object], numbers: Sequence[int]) -> str:
    classes = (' class="number"' if index in numbers else "" for index in range(len(cells)))
    return (
        "<tr>"
        + "".join(f"<{tag}{css}>{text(cell)}</{tag}>" for css, cell in zip(classes, cells, strict=True))
        + "</tr>"
    )
