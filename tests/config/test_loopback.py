"""Which hosts are this machine and nobody else's."""

import pytest

from config.addresses import is_loopback, is_loopback_host


@pytest.mark.parametrize("host", ["localhost", "bridge.localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "128.0.0.1", ""]
)
def test_loopback_is_no_other_machine(host: str) -> None:
    assert not is_loopback_host(host)
    assert not is_loopback("http://localhost@api.example.com")
