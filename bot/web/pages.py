"""How our pages are made: templates, the words on them, and the headers every page carries."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_HERE = Path(__file__).parent
#: Languages of the pages' own words, the default first.
LANGUAGES = ("id", "en")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Pages:
    """Everything a page is made of, read once."""

    def __init__(self) -> None:
        loader = jinja2.FileSystemLoader(_HERE / "templates")
        self._templates = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._words = {language: _words_in(language) for language in LANGUAGES}

    def language(self, request: Request) -> str:
        """The language asked for by `?lang=`, else Indonesian."""
        asked = request.query_params.get("lang", "")
        return asked if asked in LANGUAGES else LANGUAGES[0]

    def page(self, name: str, language: str, **content: Any) -> Response:
        """A page in a language. Its words are there as `words`, and for scripts as `words_json`."""
        words = self._words[language]
        as_json = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
        html = self._templates.get_template(name).render(words=words, words_json=as_json, language=language, **content)
        return HTMLResponse(html, headers=HEADERS)


class OwnFiles(StaticFiles):
    """Our scripts, looks and pictures. Browsers ask each time whether they have changed."""

    def __init__(self) -> None:
        super().__init__(directory=_HERE / "static")

    def file_response(self, *args: Any, **more: Any) -> Response:
        """The file, never used unasked from a browser's memory."""
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _words_in(language: str) -> Mapping[str, Any]:
    return tomllib.loads((_HERE / "words" / f"{language}.toml").read_text("utf-8"))
