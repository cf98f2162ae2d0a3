"""Files that come with comments: what is let in, how it is kept."""


def checked(uploads, user) -> list:
    """The uploads as `Accepted` files (re-encoded, named, typed).

    Raises forms.ValidationError with one sentence for each that is refused, naming it.
    """
    return []


def store(files, *, comment=None, pending=None, kept=None) -> None:
    """Keep these accepted files with their one owner; in the transaction that makes it."""


def hand_over(old, *, comment=None, pending=None) -> None:
    """The files of a pending comment or a kept form belong to this comment from now on."""
