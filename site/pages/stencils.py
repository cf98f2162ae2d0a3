"""Stencils: for what stands on a page a hundred times over, and differs in its words mostly.

The template is rendered once for all that look alike, with marks where the words go; the process
remembers that, and fills it. Such a template may do nothing with a text but show it, or ask
whether there is one: what is made of texts is made before.
"""

import re
from functools import lru_cache
from html import escape

from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

#: How many a process remembers: some kilobytes each, and nothing of anybody's in them.
KEPT = 1_000
_MARK = re.compile("\ue000(.+?)\ue001")  # of private use: no template has them


def filled(template, texts: dict[str, str], facts: dict) -> SafeString:
    """What a template of `get_template` shows with these, and nothing else in its context.

    `facts` decide how it looks: they are hashable, and few. `texts` are escaped, unless they are
    safe. Names lead into parts and lists: "comment.file_list.0.name". Raises LookupError where
    the template asks a part for what it was not given.
    """
    there = tuple(map(bool, texts.values()))
    stencil = _stencil(template.template, get_language(), tuple(texts), there, tuple(facts.items()))
    safe = {
        name: text if isinstance(text, SafeString) else escape(text) for name, text in texts.items()
    }
    return mark_safe(stencil % safe)


@lru_cache(maxsize=KEPT)
def _stencil(template, language, names, there, facts) -> str:
    marks = {
        name: f"\ue000{name}\ue001" if full else "" for name, full in zip(names, there, strict=True)
    }
    unknown = []
    html = template.render(Context(_parts(marks | dict(facts), unknown)))
    if unknown:
        raise LookupError(f"{template.name} is not given {', '.join(unknown)}")
    return _MARK.sub(r"%(\1)s", html.replace("%", "%%"))


def _parts(values: dict, unknown: list) -> dict:
    """{"a.b": 1, "a.c.0": 2} as {"a": {"b": 1, "c": [2]}}; notes what else is asked of a part."""

    class Part(dict):
        def __missing__(self, name):
            unknown.append(name)
            raise KeyError(name)

        def __getattr__(self, name):  # filters ask so
            if name in self:
                return self[name]
            raise AttributeError(name)

    whole = {}
    for name, value in values.items():
        *path, last = name.split(".")
        part = whole
        for step in path:
            part = part.setdefault(step, Part())
        part[last] = value
    return {name: _listed(value) for name, value in whole.items()}


def _listed(part):
    if not isinstance(part, dict):
        return part
    for name, value in part.items():
        part[name] = _listed(value)
    return list(part.values()) if "0" in part else part
