"""What a text says about its meeting: which in the series, when, where, at whose place."""

from __future__ import annotations

import datetime
import re

from .words import fold, fold_letters, looks_like_name, word_set

ORDINAL_WORDS = {
    "fr": "premier|premiere deuxieme|seconde|second troisieme quatrieme cinquieme sixieme septieme "
    "huitieme neuvieme dixieme onzieme douzieme treizieme quatorzieme quinzieme seizieme "
    "dix-septieme dix-huitieme dix-neuvieme vingtieme",
    "nl": "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde "
    "dertiende veertiende vijftiende zestiende zeventiende achttiende negentiende twintigste",
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
}
ORDINALS = {
    word: number
    for words in ORDINAL_WORDS.values()
    for number, forms in enumerate(words.split(), start=1)
    for word in forms.split("|")
}
MEETING = (
    r"(?:reunion|rencontre|seance|assemblee|atelier|journee|vergadering|bijeenkomst|samenkomst|"
    r"overleg|meeting|session|gathering|assembly)"
)
NUMBERED = re.compile(
    r"\b(\d{1,3}) ?(?:ieme|eme|ere|er|re|e|de|ste|st|nd|rd|th|°)\b\.? (?:\w+ )?" + MEETING + r"\b"
)
SPELLED = re.compile(r"\b(" + "|".join(ORDINALS) + r") (?:\w+ )?" + MEETING + r"\b")
NUMBER_AFTER = re.compile(MEETING + r" ?(?:n ?°|no\.?|nr\.?|#) ?(\d{1,3})\b")


# "The first meeting" in running text is mostly an earlier one; "our first meeting" is this one.
THIS_ONE = re.compile(r"\b(?:notre|cette|voici la|our|this|onze|deze) $")


def find_ordinal(text: str, in_prose: bool = False) -> int | None:
    """The place in the series: "4ème réunion", "vierde vergadering", "meeting #4"."""
    folded = re.sub(r"\s", " ", fold_letters(text).replace("º", "°"))
    found = [
        (match.start(), match[1])
        for pattern in (NUMBERED, SPELLED, NUMBER_AFTER)
        for match in pattern.finditer(folded)
    ]
    for start, value in sorted(found):
        number = ORDINALS.get(value) or int(value)
        if number > 1 or (number == 1 and (not in_prose or THIS_ONE.search(folded[:start]))):
            return number
    return None


MONTHS = {
    name: number
    for names in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "janv fevr mrt avr mei juin juil aug sept okt nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
DAY = r"\b(\d{1,2})"
YEAR = r"((?:19|20)\d\d)\b"
DATES = [  # (pattern on folded text, order of its groups)
    (re.compile(r"\b" + YEAR + r"[-/.](\d{1,2})[-/.](\d{1,2})\b"), "ymd"),
    (re.compile(DAY + r"(?:er|e|de|ste|st|nd|rd|th)?\.? (?:of )?" + MONTH + r",? " + YEAR), "dmy"),
    (re.compile(r"\b" + MONTH + r" (\d{1,2})(?:st|nd|rd|th)?,? " + YEAR), "mdy"),
    (re.compile(DAY + r"[-/.](\d{1,2})[-/.]" + YEAR), "dmy"),
]


def find_date(text: str) -> tuple[datetime.date, slice] | None:
    """The first full date in a text, and where it stands. A day without a year is no date."""
    folded = re.sub(r"\s", " ", fold_letters(text))
    found = []
    for pattern, order in DATES:
        for match in pattern.finditer(folded):
            parts = dict(zip(order, match.groups(), strict=True))
            month = MONTHS.get(parts["m"]) or int(parts["m"] if parts["m"].isdecimal() else 0)
            try:
                date = datetime.date(int(parts["y"]), month, int(parts["d"]))
            except ValueError:
                continue
            found.append((match.start(), match.end(), date))
            break
    if not found:
        return None
    start, end, date = min(found)
    return date, slice(start, end)


def date_of_filename(filename: str) -> datetime.date | None:
    """The date a file name carries: "2016-03-12.md", "cr_20160312.txt", "12-03-2016.txt"."""
    stem = filename.rpartition(".")[0] or filename
    stem = re.sub(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)", r"\1-\2-\3", stem)
    found = find_date(re.sub("_+", " ", stem))
    return found[0] if found else None


# A date in running text that belongs to another meeting than this one.
OTHER_MEETING = re.compile(
    r"(prochain|suivant|precedent|dernier|next|previous|last|volgend|vorig|depuis|since|sinds)\w*"
    r"[^.]{0,60}$"
)


def date_in_prose(text: str) -> datetime.date | None:
    """The first date of the opening lines, unless it is said of another meeting."""
    found = find_date(text)
    if not found or OTHER_MEETING.search(fold_letters(text[: found[1].start])):
        return None
    return found[0]


FACTS = {
    "date": "date|date de la reunion|datum|datum van de vergadering|meeting date|when|quand",
    "place": "lieu|endroit|plaats|locatie|place|location|venue|where",
    "host": "hote|hotes|accueil par|accueillis par|gastheer|gastvrouw|ontvangen door|host|hosts|"
    "hosted by",
}
FACT_OF_LABEL = {label: fact for fact, labels in FACTS.items() for label in labels.split("|")}
AROUND_A_DATE = word_set(
    "le la du de date op de van on the of held reunion vergadering meeting lundi mardi mercredi "
    "jeudi vendredi samedi dimanche maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "monday tuesday wednesday thursday friday saturday sunday"
)


def names_a_meeting(text: str) -> bool:
    """Whether a line speaks of a meeting, as a title does."""
    return bool(
        re.search(
            rf"\b{MEETING}s?\b|compte ?-?rendu|verslag|\bminutes\b|\bpv\b", fold_letters(text)
        )
    )


def read_fact(line: str) -> dict[str, str | datetime.date]:
    """What a front line says, if it says nothing else: "Lieu : Namur", "Namur, le 12 mars 2016"."""
    if len(line) > 200:
        return {}
    label, colon, value = line.partition(":")
    fact = FACT_OF_LABEL.get(fold(label)) if colon else None
    value = value.strip().strip("*_").strip()
    if fact in ("place", "host") and 0 < len(value) <= 120:
        return {fact: value}
    rest = value if fact == "date" else line
    found = find_date(rest)
    if not found:
        return {}
    date, where = found
    before, after = rest[: where.start], rest[where.stop :]
    place = before.partition(",")[0].strip() if "," in before else ""
    if looks_like_name(place) and fold(place) not in AROUND_A_DATE:
        before = before.partition(",")[2]
    else:
        place = ""
    if set(fold(f"{before} {after}").split()) <= AROUND_A_DATE:
        return {"date": date, "place": place} if place else {"date": date}
    return {}


CAPITALISED = r"([A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)*)"
PLACES = [
    re.compile(
        r"\b(?:s[’']est|s[’']était|nous sommes|sommes|étions|a été|se sont) "
        r"(?:rendue?s?|réunie?s?|retrouvée?s?|tenue?s?|allée?s?|accueillie?s?) à " + CAPITALISED
    ),
    re.compile(
        r"\b(?:kwam|kwamen|vergaderde|vergaderden|vergadering|bijeenkomst) in " + CAPITALISED
    ),
    re.compile(r"\b(?:met|meeting|gathered|held) in " + CAPITALISED),
]


def place_in_prose(text: str) -> str:
    """Where the group says, in its opening lines, that it met."""
    for pattern in PLACES:
        if match := pattern.search(text):
            return match[1]
    return ""
