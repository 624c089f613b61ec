import pytest
from pytest_django import Settings

from newsletter.editions.keys import all_keys, current_key_id, key_named, knows_key


def test_the_key_of_an_old_name_is_found_after_a_rotation(settings: Settings) -> None:
    old, name = settings.SECRET_KEY, current_key_id()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]
    assert key_named(name) == old
    assert key_named("") == "another"
    assert list(all_keys()) == ["another", old]


def test_a_key_is_known_until_it_is_removed(settings: Settings) -> None:
    name = current_key_id()
    assert knows_key(name)
    settings.SECRET_KEY = "another"
    assert not knows_key(name)
    with pytest.raises(LookupError, match=f"no key {name}"):
        key_named(name)
