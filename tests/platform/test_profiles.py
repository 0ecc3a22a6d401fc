"""MODEL_PROFILE: defaults for a kind of model server, and settings that override them."""

import pytest

from kuznia.generated import settings_page
from kuznia.platform.settings import Settings, load
from kuznia.platform.settings.profiles import LOCAL


def test_without_a_profile_it_is_the_cloud_s():
    settings = Settings()

    assert settings.model_profile == "cloud"
    assert (settings.model_concurrency, settings.model_wait) == (64, None)


def test_a_local_server_gets_one_call_at_a_time_and_time_to_answer_it():
    settings = load({"MODEL_PROFILE": "LOCAL"}, None)

    assert {name: getattr(settings, name) for name in LOCAL} == LOCAL
    assert (settings.model_concurrency, settings.openai_temperature) == (1, 0.2)


def test_a_single_setting_overrides_the_profile_even_with_the_usual_default():
    settings = load({"MODEL_PROFILE": "local", "MODEL_CONCURRENCY": "64"}, None)

    assert settings.model_concurrency == 64
    assert settings.model_wait == 60


def test_what_the_profile_decides_is_not_shown_as_set():
    settings = load({"MODEL_PROFILE": "local"}, None, in_this_folder=True)

    assert settings.changed() == {"model_profile"}
    assert settings.public()["MODEL_CONCURRENCY"] == "1"


def test_an_unknown_profile_is_refused():
    with pytest.raises(Exception, match="MODEL_PROFILE: expected one of cloud, local"):
        load({"MODEL_PROFILE": "huge"}, None)


def test_the_values_of_a_profile_are_ones_the_settings_take():
    assert Settings.model_validate(dict(LOCAL)).request_timeout == 600


def test_the_page_of_settings_shows_both_defaults():
    page = settings_page()

    assert "| `64`, local: `1` |" in page
    assert "| unset, local: `60` |" in page
