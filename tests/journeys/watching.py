"""A browser that counts what runs: dialogs, refused scripts, requests to other sites."""

from collections import Counter
from contextlib import suppress

from playwright.sync_api import Error

from discussion.formatting import TAGS

#: Before any script of a page. A vector tells that it ran by a dialog, which is answered here;
#: what would lead away from the page is kept from doing so.
HOOKS = """
(() => {
  const tell = (kind, what) => { try { window.tellTest(kind, what) } catch {} };
  const where = () => {
    const at = document.currentScript || (window.event && window.event.target);
    const letter = at && at.closest && at.closest("[data-comment]");
    return letter ? letter.id : "";
  };
  for (const name of ["alert", "confirm", "prompt", "print"])
    window[name] = () => { tell("ran", where()); return false; };
  addEventListener("securitypolicyviolation", event => {
    // The browser shows XML with a style of its own, which the policy refuses too.
    if (document.contentType !== "text/xml" || !event.effectiveDirective.startsWith("style-src"))
      tell("refused", event.effectiveDirective);
  }, true);
  const scripted = address => /^[\\s\\x00-\\x1f]*j[\\s]*a[\\s]*v[\\s]*a/i.test(address || "");
  addEventListener("click", event => {
    const link = event.target.closest && event.target.closest("a, area, button, input");
    if (link && !scripted(link.getAttribute("href") || link.getAttribute("formaction")))
      event.preventDefault();
  }, true);
  addEventListener("submit", event => {
    if (!scripted(event.target.getAttribute("action"))) event.preventDefault();
  }, true);
})();
"""

#: What a reader may do to a thing, done to each thing of the page.
FIRE = """
things => {
  for (const node of document.querySelectorAll(things)) {
    for (const kind of ["pointerover", "mouseover", "mouseenter", "mousemove", "pointerdown",
                        "mousedown", "pointerup", "mouseup", "click", "dblclick", "contextmenu"])
      node.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
    for (const kind of ["focus", "focusin", "blur"]) node.dispatchEvent(new FocusEvent(kind));
    for (const kind of ["keydown", "keyup"])
      node.dispatchEvent(new KeyboardEvent(kind, {bubbles: true, key: "x"}));
  }
}
"""

#: On the site's pages all but our own buttons; the back office's scripts answer to its own things.
ALL = "main :not(.actions, .actions *)"
OF_COMMENTS = "main td :not([data-controller], [data-controller] *), .moderated blockquote *"

#: What stands in the page that no comment may bring there, as short sentences.
STRANGE = """
([tags, strict]) => {
  const found = [];
  const own = node => node.outerHTML.slice(0, 200);
  const goodAttributes = ["href", "start", "rel", "lang", "dir", "class"];
  for (const node of document.querySelectorAll(".words *, .moderated-words *, .answered *")) {
    if (!tags.includes(node.localName)) found.push("tag: " + own(node));
    for (const {name, value} of node.attributes) {
      if (!goodAttributes.includes(name)) found.push("attribute: " + own(node));
      if (name === "href" && !/^(https?:\\/\\/|mailto:|\\/(?![\\/\\\\]))/i.test(value))
        found.push("address: " + own(node));
    }
  }
  for (const node of document.querySelectorAll("*")) {
    for (const {name} of node.attributes)
      if (/^on|^srcdoc$/i.test(name)) found.push("attribute: " + own(node));
    if (node.localName === "a" && !node.closest(".words, .moderated-words, .answered")
        && node.hasAttribute("href")
        && !["http:", "https:", "mailto:"].includes(node.protocol))
      found.push("address: " + own(node));
  }
  const never = ["iframe, frame, object, embed, base, applet, marquee, math"];
  if (strict) never.push("main :is(script, style, link, meta)",
                         "script:not([src], [type='application/ld+json'])");
  for (const node of document.querySelectorAll(never.join())) found.push("tag: " + own(node));
  for (const node of document.querySelectorAll("script[type='application/ld+json']"))
    if (node.textContent.includes("<")) found.push("data: " + own(node));
  return found;
}
"""


#: What the entries of an Atom feed say, in the HTML that they are.
ENTRIES = """
() => [...document.querySelectorAll("entry > summary, entry > content")].map(e => e.textContent)
"""


class Watch:
    """Opens pages of the site and counts, by the name of a place, what happened there."""

    def __init__(self, page, own, broken=False):
        """`own` is the site's address; `broken` says that its pages are meant to be led astray:
        then nothing leaves the browser but for the pages themselves and the site's scripts."""
        self.page, self.own, self.place = page, f"{own}/", ""
        self.loads, self.ran = Counter(), Counter()
        #: What the policy refused, by place; of that, scripts; requests that left the site.
        self.refused, self.scripts_refused, self.elsewhere = Counter(), Counter(), Counter()
        #: The comments in which something ran, as far as that is known.
        self.letters = set()
        #: What stands in a page that no comment may bring there.
        self.strange = []
        page.context.expose_binding("tellTest", self._told)
        page.context.add_init_script(HOOKS)
        page.on("dialog", self._dialog)
        page.on("request", self._asked)
        if broken:
            page.context.route("**", self._routed)

    def _told(self, source, kind, what):
        if kind == "ran":
            self.ran[self.place] += 1
            self.letters.add(what)
        else:
            self.refused[self.place] += 1
            self.scripts_refused[self.place] += what.startswith("script-src")

    def _dialog(self, dialog):
        self.ran[self.place] += 1
        dialog.dismiss()

    def _asked(self, request):
        if not request.url.startswith((self.own, "data:", "blob:", "about:")):
            self.elsewhere[self.place] += 1

    def _routed(self, route):
        asked = route.request.url.removeprefix(self.own)
        script = asked.startswith("static/") and asked.endswith(".js")
        if script or f"/{asked}" == self._address:
            route.continue_()
        else:
            route.abort()

    def open(self, place, address, **options):
        """Opens a page, does to all in it what a reader may do, and waits a moment."""
        self.page.goto("about:blank")  # nothing of the last one runs on
        self.place, self._address = place, address
        self.loads[place] += 1
        response = self.page.goto(address, **options)
        assert response.ok, (response.status, address)
        self.page.evaluate(FIRE, OF_COMMENTS if "/admin/" in address else ALL)
        self.page.wait_for_timeout(50)

    def look(self, place, address):
        """The same, and notes what no comment may bring into a page."""
        self.open(place, address)
        given = [sorted(TAGS), "/admin/" not in address]
        self.strange += [f"{place}: {what}" for what in self.page.evaluate(STRANGE, given)]

    def read(self, place, address, **options):
        """Opens a feed as XML that a browser shows, then what it says as the HTML it says it is."""
        self.page.route(f"**{address}", _as_xml)
        self.open(place, address, **options)
        entries = self.page.evaluate(ENTRIES)
        assert entries
        html = "".join(f"<main>{entry}</main>" for entry in entries)
        self.page.unroute(f"**{address}")
        self.page.route("**/entries", lambda route: _as_html(route, html))
        self.open(place, "/entries", **options)
        self.page.unroute("**/entries")

    def brave(self, place, address, how=None):
        """Opens a page that is meant to be broken: what runs in it may lead anywhere."""
        with suppress(Error):
            (how or self.open)(place, address, timeout=5_000)

    def counts(self, place) -> str:
        return (
            f"{place}: {self.loads[place]} pages, {self.ran[place]} executed, "
            f"{self.refused[place]} refused by the policy, "
            f"{self.elsewhere[place]} requests elsewhere"
        )


def _as_xml(route):
    response = route.fetch()
    route.fulfill(response=response, headers={**response.headers, "content-type": "text/xml"})


def _as_html(route, html):
    route.fulfill(body=f"<!DOCTYPE html>{html}", content_type="text/html; charset=utf-8")
