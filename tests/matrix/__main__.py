"""`python -m tests.matrix > docs/access.md` writes the page anew."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.matrix.page import page

    print(page())
