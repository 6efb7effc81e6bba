"""What several tests of training need."""
from pathlib import Path

import pytest

from training.tests.tiny import write_models, write_people


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network in `models`, and people with photos in `people`."""
    made = tmp_path_factory.mktemp("tiny")
    write_models(made / "models")
    write_people(made / "people", 24, 6)
    return made
