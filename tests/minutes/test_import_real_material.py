"""The real texts, where they lie beside the repository; nothing of them is kept here.

`pytest tests/minutes/test_import_real_material.py -s` prints the figures.
"""

import re

import pytest
from django.conf import settings

from minutes.importing import parse, read_file, store
from minutes.importing.parsing import block_text
from minutes.models import MinutesPage

DATA = settings.BASE_DIR.parent / "shared" / "data"
PAGE = DATA / "source-page.fr.txt"
MEETINGS = DATA / "meetings-en"

needs_page = pytest.mark.skipif(not PAGE.exists(), reason=f"{PAGE.name} is not there")
needs_meetings = pytest.mark.skipif(not MEETINGS.exists(), reason=f"{MEETINGS.name} is not there")


@needs_page
def test_the_text_of_the_page_is_kept_word_for_word():
    text, _unsure = read_file(PAGE)
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if len(line) > 80)
    end = next(at for at, line in enumerate(lines) if re.match("[EÉ]taient présents", line))
    minutes = parse(text, PAGE.name)
    assert words(" ".join(map(block_text, minutes.blocks))) == words(" ".join(lines[start:end]))
    assert sum(name == "heading" for name, _value in minutes.blocks) == 7


@needs_page
def test_the_people_of_the_page_stand_under_their_roles(workgroup):
    text, _unsure = read_file(PAGE)
    page, _created, _unsure = store(parse(text, PAGE.name), workgroup, publish=True)
    rows = page.attendance.all()
    assert len(rows) == 13
    assert len({row.person_id for row in rows}) == 12
    assert len({row.role_id for row in rows}) == 6
    assert sum(row.role.is_minute_taker for row in rows) == 1
    assert sum(len(row.person.names) > 1 for row in rows) == 1


@needs_meetings
def test_all_meetings_have_their_date_and_their_people():
    """Against another reading of the same files: bullets under "Present", dates of file names."""
    dated = agreeing = people = 0
    wrong = []
    paths = sorted(MEETINGS.glob("*.md"))
    for path in paths:
        text, _unsure = read_file(path)
        minutes = parse(text, path.name, "en")
        dated += minutes.date is not None
        agreeing += minutes.date is not None and path.name.startswith(minutes.date.isoformat())
        expected = sorted(set(names_under_present(text)))
        if sorted(minutes.people) == expected:
            people += 1
        else:
            wrong.append(path.name)
    print(
        f"\n{len(paths)} files: {dated} with a date, {agreeing} of them the file name's; "
        f"{people} with exactly the people listed; others: {wrong}"
    )
    assert dated == len(paths)
    assert agreeing >= len(paths) - 5  # five texts contradict their file name
    assert people == len(paths)


@needs_meetings
def test_all_meetings_become_pages(workgroup):
    paths = sorted(MEETINGS.glob("*.md"))
    for path in paths:
        text, _unsure = read_file(path)
        _page, created, _unsure = store(parse(text, path.name, "en"), workgroup)
        assert created
    assert MinutesPage.objects.child_of(workgroup).count() == len(paths)


def names_under_present(text):
    """The names in the bullets under a heading "Present", by a few plain rules."""
    listing = False
    for line in text.splitlines():
        heading = re.match(r"#+ *(.*?) *$", line)
        if heading:
            title = heading[1].lower()
            inside = listing and title in ("members", "observers", "tsc", "v8", "other")
            listing = inside or title in ("present", "not present")
        elif listing and line.startswith("* "):
            yield re.split(r"[@(<]", line[2:])[0].strip()


def words(text):
    return re.sub('["“”«»]', "", text).split()
