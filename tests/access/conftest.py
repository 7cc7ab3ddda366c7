"""What the tests of this room share."""

import pytest

from access.statements import keep_plans
from tests.access.world import Site


@pytest.fixture
def site(db):
    return Site()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """On PostgreSQL as the gatekeeper connects."""
    keep_plans()
