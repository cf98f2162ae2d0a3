"""What the search tests share: an index of their own, and something to be found."""

import pytest
from django.contrib.auth.models import AnonymousUser

from search import outbox
from tests import base

#: What only Whoosh can pass, by the end of a test's name, and why; docs/search.md lists them.
FILES = "it damages, removes or counts the files of an index"
OWN = "it asks Whoosh's own files"
COLUMNS = "other engines keep no columns"
QUESTIONS = "other engines cost other questions"
LOCK = "a connection that holds a lock of PostgreSQL's is given it again"
WHOOSH_ONLY = {
    "TestDamage": FILES,
    "test_damage": FILES,
    "test_kill": FILES,
    "test_native": "it is about arrays made from Whoosh's files",
    "test_it_takes_wagtails_queries": "PostgreSQL has no fuzzy query",
    "test_it_answers_in_as_many_queries_whatever_is_found": QUESTIONS,
    "test_it_is_rebuilt_by_the_commands": FILES,
    "test_it_clears_away_what_a_killed_writer_left": FILES,
    "test_it_says_so_while_the_index_is_lost": FILES,
    "test_it_leaves_its_work_for_later_when_another_process_is_writing": LOCK,
    "test_it_tidies_up_by_command": FILES,
    "test_it_looks_up_so_many_words_of_one_beginning_and_no_more": OWN,
    "test_it_answers_whatever_is_typed_within_its_caps": OWN,
    "test_it_gives_the_columns_of_all_that_was_found": COLUMNS,
    "test_it_has_nothing_to_say_without_an_index": FILES,
    "test_it_asks_the_database_for_no_more_than_the_objects": QUESTIONS,
    "test_it_filters_by_what_an_object_keeps_for_life_without_the_database": COLUMNS,
    "test_it_asks_once_more_which_keys_pass": QUESTIONS,
    "test_it_finds_at_the_next_search_what_could_not_be_indexed_at_once": LOCK,
    "test_it_shows_no_words_that_were_changed_and_not_yet_indexed": LOCK,
}


def pytest_collection_modifyitems(items):
    for item in items:
        parts = [part.partition("[")[0].removesuffix(".py") for part in item.nodeid.split("::")]
        parts[0] = parts[0].rpartition("/")[2]
        for name in parts:
            if name in WHOOSH_ONLY:
                item.add_marker(pytest.mark.whoosh_only(reason=WHOOSH_ONLY[name]))


@pytest.fixture
def workgroup(db):
    """A public workgroup."""
    return base.make_workgroup("Groupe Couveuse", slug="couveuse")


@pytest.fixture
def stranger():
    return AnonymousUser()


@pytest.fixture
def make_minutes(workgroup):
    """Publishes minutes and has them indexed, as the commit of a request would."""

    def make(text="", under=None, **changes):
        body = [base.text_block(line) for line in text.splitlines()]
        changes = {"title": "4e réunion", "body": body, "meeting_date": None} | changes
        page = base.make_minutes(under or workgroup, **changes)
        outbox.drain()
        return page

    return make
