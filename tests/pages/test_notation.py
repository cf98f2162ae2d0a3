"""Dates, sizes and numbers as the reader's language writes them."""

from datetime import date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from pages.notation import date_format, size

MB = 1024 * 1024


def rendered(source, language, **context):
    with translation.override(language):
        return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "form", "day", "said"),
    [
        ("fr", "j F Y", date(2026, 11, 1), "1er novembre 2026"),
        ("fr", "l j F Y", date(2026, 11, 1), "dimanche 1er novembre 2026"),
        ("fr", "j F", date(2026, 8, 1), "1er août"),
        ("fr", "j F Y, H:i", datetime(2026, 11, 1, 1, 1), "1er novembre 2026, 01:01"),
        ("fr", "DATE_FORMAT", date(2026, 11, 1), "1er novembre 2026"),
        ("fr", "j F Y", date(2026, 11, 11), "11 novembre 2026"),
        ("fr", "j F Y", date(2026, 11, 21), "21 novembre 2026"),
        ("fr", "Y-m-d", date(2026, 11, 1), "2026-11-01"),
        ("fr", "c", date(2026, 11, 1), "2026-11-01"),
        ("fr", "j/n", date(2026, 11, 1), "1/11"),
        ("nl", "j F Y", date(2026, 11, 1), "1 november 2026"),
        ("en", "j F Y", date(2026, 11, 1), "1 November 2026"),
    ],
)
def test_the_first_of_a_month_is_the_first_in_french(language, form, day, said):
    assert rendered("{{ day|date:form }}", language, day=day, form=form) == said
    with translation.override(language):
        assert date_format(day, form) == said


def test_what_is_no_date_is_nothing():
    assert rendered("{{ day|date:'j F Y' }}", "fr", day=None) == ""
    assert rendered("{{ day|date:'j F Y' }}", "fr", day="1 novembre") == ""


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 octets"),
        (1, "1 octet"),
        (700, "700 octets"),
        (1024, "1 Ko"),
        (1500, "2 Ko"),
        (10 * MB, "10 Mo"),
        (10 * MB + 1, "10,1 Mo"),  # more than what 10 allow
        (2.5 * MB, "2,5 Mo"),
        (3 * 1024 * MB, "3 Go"),
        ("x", ""),
    ],
)
def test_a_size_is_written_short(number, said):
    assert size(number) == rendered("{{ n|filesizeformat }}", "fr", n=number) == said


def test_a_size_is_written_as_the_language_does():
    assert rendered("{{ n|filesizeformat }}", "en", n=2.5 * MB).startswith("2.5")


def test_what_is_quoted_has_the_marks_of_the_language():
    for language, said in (
        ("fr", "«\u202fb&amp;b\u202f»"),
        ("nl", "“b&amp;b”"),
        ("en", "“b&amp;b”"),
    ):
        assert rendered("{{ word|quoted }}", language, word="b&b") == said


@pytest.mark.django_db
def test_the_form_writes_thousands_apart(client, workgroup):
    from tests import base

    page = client.get(base.make_minutes(workgroup).url).content.decode()
    assert "10\xa0000 caractères" in page and "10 Mo" in page
    assert "10000 caractères" not in page and "Mio" not in page
