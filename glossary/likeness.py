"""Which words are so alike that they may be the same concept: accents, endings, typing errors."""

from search import analysis


def similar(word: str, among) -> list:
    """The keywords of a queryset with a label that resembles this word, likeliest first."""
    wanted = {language: analysis.terms(word, language) for language in analysis.LANGUAGES}
    found = []
    for keyword in among.with_labels():
        labels = [("fr", keyword.name), *((row.language, row.text) for row in keyword.labels.all())]
        if any(analysis.terms(text, language) == wanted[language] for language, text in labels):
            found.append(keyword)
    return found
