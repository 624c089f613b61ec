"""One REDIS_URL means the same server, password and database to each of its users."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
import redis
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection
from kombu.exceptions import OperationalError
from limits import parse as rate
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from config.redis_url import RedisAddress, for_celery, parse
from tests.config.valkey import PASSWORD, Valkey, running

PW = quote(PASSWORD, safe="")


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with running(tmp_path_factory.mktemp("valkey")) as server:
        with server.client() as client:
            client.acl_setuser(
                "ada", enabled=True, passwords=[f"+{PASSWORD}"], keys=["*"], categories=["+@all"]
            )
        yield server


WORKING = [
    "unix://:{pw}@{path}?db=3",
    "unix://ada:{pw}@{path}?db=3",
    "redis+socket://:{pw}@{path}?virtual_host=3",
    "redis+unix://:{pw}@{path}?db=3",
    "redis://:{pw}@127.0.0.1:{port}/3",
    "redis://:{pw}@127.0.0.1:{port}?db=3",
    "redis://:{pw}@localhost:{port}/?db=3",
    "redis://ada:{pw}@127.0.0.1:{port}/3/",
]


@pytest.mark.parametrize("form", WORKING)
def test_every_user_of_redis_reaches_the_same_database(valkey: Valkey, form: str) -> None:
    address = parse(form.format(pw=PW, path=valkey.path, port=valkey.port))
    with valkey.client(3) as client:
        client.flushall()
        redis.Redis.from_url(address.for_redis).set("of-redis-py", 1)
        RedisCache(address.for_redis, {"KEY_PREFIX": "of-cache"}).set("key", 1)
        limiter = SlidingWindowCounterRateLimiter(
            storage_from_string(address.for_limits, key_prefix="of-limits")
        )
        assert limiter.hit(rate("5/minute"), "sign-up")
        with Connection(address.for_celery) as connection:
            connection.SimpleQueue("of-kombu").put("a task")
        keys = " ".join(client.scan_iter())
        assert client.info("keyspace").keys() == {"db3"}
    users = ["of-redis-py", "of-cache", "of-limits", "of-kombu"]
    assert [user for user in users if user in keys] == users


@pytest.mark.parametrize("form", ["unix://{path}", "redis://:wrong@127.0.0.1:{port}"])
def test_without_its_password_no_user_gets_in(valkey: Valkey, form: str) -> None:
    address = parse(form.format(path=valkey.path, port=valkey.port))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(address.for_redis).ping()
    with Connection(address.for_celery) as connection, pytest.raises(OperationalError):
        connection.ensure_connection(max_retries=1)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", RedisAddress(0, host="localhost")),
        ("redis://h", RedisAddress(0, host="h")),
        ("redis://h:7000/2", RedisAddress(2, host="h", port=7000)),
        ("redis://h?db=2", RedisAddress(2, host="h")),
        ("redis://h/2?db=2", RedisAddress(2, host="h")),
        ("redis://[2001:db8::1]:7000/1", RedisAddress(1, host="2001:db8::1", port=7000)),
        ("redis://u:p%2Fw@h", RedisAddress(0, "u", "p/w", host="h")),
        ("redis://:p@w@h", RedisAddress(0, "", "p@w", host="h")),
        ("unix:///run/v.sock", RedisAddress(0, path="/run/v.sock")),
        ("unix://u:pw@/run/v.sock?db=4", RedisAddress(4, "u", "pw", path="/run/v.sock")),
        (
            "rediss://h/1?ssl_cert_reqs=CERT_OPTIONAL&ssl_ca_certs=/ca.pem",
            RedisAddress(
                1, host="h", tls=(("ssl_ca_certs", "/ca.pem"), ("ssl_cert_reqs", "optional"))
            ),
        ),
    ],
)
def test_a_url_is_read_in_its_parts(url: str, address: RedisAddress) -> None:
    assert parse(url) == address


@pytest.mark.parametrize("form", ["for_redis", "for_celery", "for_limits"])
def test_the_certificate_of_a_server_with_tls_is_checked_by_all(form: str) -> None:
    assert getattr(parse("rediss://h"), form) == "rediss://h:6379/0?ssl_cert_reqs=required"


def test_kombu_gets_a_password_that_it_does_not_split() -> None:
    url = for_celery("redis://:a%3Bb@h/1")
    assert url == "redis://:a%3Bb@h:6379/1"
    assert Connection(url).password == "a;b"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sentinel://h:26379/mymaster", "Sentinel and Redis Cluster are not supported"),
        ("redis+sentinel://h:26379", "Sentinel and Redis Cluster are not supported"),
        ("redis://h1,h2/0", "must name one server"),
        ("valkey://h", "not 'valkey'"),
        ("hunter2", "not 'something else'"),
        ("hunter2:secret@h", "not 'something else'"),
        ("redis://h/trending", "must name its database by a number"),
        ("redis://h?db=x", "must name its database by a number"),
        ("redis://h/-1", "must name its database by a number"),
        ("redis://h/3?db=4", "names two databases"),
        ("redis://h?db=1&db=1", "gives an option twice"),
        ("redis://h?socket_timeout=3", "an option socket_timeout that not every user"),
        ("redis://h?ssl_ca_certs=/x", "the option ssl_ca_certs, which only rediss:// has"),
        ("rediss://h?ssl_cert_reqs=maybe", "a value that ssl_cert_reqs does not know"),
        ("unix://run/v.sock", "after three slashes"),
        ("unix://", "after three slashes"),
        ("redis://::1/0", "host or port is malformed"),
        ("redis://2001:db8::7/0", "IPv6 is written [::1]"),
        ("redis://fe80::7:7:6379/0", "IPv6"),
        ("redis://h:port/0", "host or port is malformed"),
        ("redis://:hunter2 x@h", "contains white space"),
        ("redis://:hunter2/x@h", "Percent-encode"),
        ("redis://:22/hunter2@h", "Percent-encode"),
        ("redis://:hunter2#x@h", "Percent-encode"),
        ("redis://:hunter2?x@h", "Percent-encode"),
        ("redis://:hunter2%x@h", "Percent-encode"),
        ("redis://:hunter2[x@h", "Percent-encode"),
        ("unix://:hunter2/x@/run/v.sock", "Percent-encode"),
        ("unix://:22/hunter2@/run/v.sock", "Percent-encode"),
    ],
)
def test_a_url_with_two_meanings_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        parse(url)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("REDIS_URL ")
    assert "hunter2" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
