"""Files that come with comments: what is let in, what is made of it, how it is given out.

`kinds`, `names`, `plain`, `office`, `pdf` and `images` know nothing of the site; `examiner` runs
them in a process of its own.
"""
