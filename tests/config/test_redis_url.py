from config.redis_url import for_celery, for_limits


def test_a_socket_in_the_form_of_celery() -> None:
    assert for_celery("unix:///run/v.sock?db=2") == "redis+socket:///run/v.sock?virtual_host=2"


def test_a_socket_in_the_form_of_the_limiter() -> None:
    assert for_limits("unix:///run/v.sock?db=2") == "redis+unix:///run/v.sock?db=2"


def test_a_network_address_stays_as_it_is() -> None:
    assert for_celery("redis://h:6379/1") == for_limits("redis://h:6379/1") == "redis://h:6379/1"
