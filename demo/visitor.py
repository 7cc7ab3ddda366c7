"""A person at a browser, as far as HTTP shows: pages, cookies, forms with their CSRF token."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

ERRORS = re.compile(
    r'<(?:ul|p|div)[^>]+class="[^"]*(?:error|refus)[^"]*"[^>]*>(.*?)</(?:ul|p|div)>', re.S
)
TAG = re.compile(r"<[^>]+>")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """What came back: the address after redirects, the status and the text."""

    url: str
    status: int
    text: str

    @property
    def errors(self) -> str:
        """The words of a form that came back, without its markup."""
        found = ERRORS.findall(self.text)
        return " | ".join(" ".join(TAG.sub(" ", words).split()) for words in found) or "no word why"


class Visitor:
    """Keeps one person's cookies; refuses to know what the pages mean."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        cookies = HTTPCookieProcessor(CookieJar())
        self._opener = build_opener(cookies, ProxyHandler({}))  # a proxy has no loopback of ours

    def get(self, path: str) -> Page:
        return self._fetch(path, None)

    def submit(self, path: str, fields: Mapping[str, object], shown_on: str | None = None) -> Page:
        """Posts the form shown on a page, by default on the one it is posted to."""
        page = self.get(shown_on or path)
        token = TOKEN.search(page.text)
        if token is None:
            raise LookupError(f"no form on {page.url}: status {page.status}")
        return self._fetch(path, urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode())

    def sign_in(self, email: str, password: str) -> Page:
        return self.submit("/account/login/", {"login": email, "password": password})

    def _fetch(self, path: str, body: bytes | None) -> Page:
        url = urljoin(self.base_url, path)
        try:
            with self._opener.open(url, body, timeout=20) as response:
                return Page(response.url, response.status, response.read().decode())
        except HTTPError as refusal:
            with refusal:
                return Page(url, refusal.code, refusal.read().decode(errors="replace"))
