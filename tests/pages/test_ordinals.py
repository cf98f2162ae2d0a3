"""The number of a meeting, set large."""

import pytest
from django.utils import translation

from pages.templatetags.ordinals import ordinal_figure


@pytest.mark.parametrize(
    ("language", "number", "figure", "noun"),
    [
        ("fr", 1, "1<sup>re</sup>", "réunion"),
        ("fr", 4, "4<sup>e</sup>", "réunion"),
        ("en", 2, "2<sup>nd</sup>", "meeting"),
        ("en", 11, "11<sup>th</sup>", "meeting"),
    ],
)
def test_it_parts_the_number_from_its_noun(language, number, figure, noun):
    with translation.override(language):
        assert ordinal_figure(number) == (
            f'<span class="number">{figure}</span> <span class="noun">{noun}</span>'
        )
