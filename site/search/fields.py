"""Search fields whose words are ready: analysis has already been done when the row was written."""

from modelsearch.index import SearchField


class TermsField(SearchField):
    """A field of terms made by `search.analysis.terms`, parted by spaces.

    Any engine can index it as it is; ours takes queries on it as terms too.
    """


class WordsField(SearchField):
    """A field of folded words, not stemmed, for looking up beginnings (`word*`)."""
