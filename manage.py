#!/usr/bin/env python
"""Run Django's commands; see the README for the two that matter (make demo, make test)."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # site/ is a second import root, not a package: see "Where things are" in the README.
    sys.path.insert(1, str(Path(__file__).resolve().parent / "site"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.environment import BadSetting

    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except BadSetting as error:
        sys.exit(f"Plenum: {error}")
