"""Where a call may go: a table of addresses that look like something else, and names that change what they lead to."""

import pytest

from tests.outbound.wires import Wire
from worker.domain.call import Call
from worker.outbound import Answer, CallRefused, NoAddress, Outbound, OutboundFault, destination

INNER = {  # what the name leads to -> no call
    "loopback": "127.0.0.1",
    "loopback, elsewhere": "127.8.8.8",
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "private, class A": "10.0.0.5",
    "private, class B": "172.16.0.1",
    "private, class B, its end": "172.31.255.255",
    "private, class C": "192.168.1.1",
    "link-local": "169.254.0.7",
    "metadata of clouds": "169.254.169.254",
    "carrier-grade NAT": "100.64.0.1",
    "carrier-grade NAT, its end": "100.127.255.254",
    "protocol assignments": "192.0.0.1",
    "documentation": "192.0.2.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "benchmarks": "198.18.0.1",
    "relay of 6to4": "192.88.99.1",
    "multicast": "224.0.0.1",
    "multicast, global": "233.252.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "loopback 6": "::1",
    "unspecified 6": "::",
    "v4-mapped loopback": "::ffff:127.0.0.1",
    "v4-mapped public": "::ffff:8.8.8.8",
    "v4-compatible": "::7f00:1",
    "NAT64 of a private address": "64:ff9b::a00:1",
    "NAT64 of one's own": "64:ff9b:1::a00:1",
    "6to4 of loopback": "2002:7f00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "unique local": "fd12:3456:789a::1",
    "link-local 6": "fe80::1",
    "link-local 6 with a zone": "fe80::1%lo",
    "site-local": "fec0::1",
    "multicast 6": "ff02::1",
    "documentation 6": "2001:db8::1",
    "discarded": "100::1",
    "not given to anybody": "4000::1",
}

ODD = {  # the URL itself -> no call
    "decimal": "https://2130706433/",
    "decimal of a public address": "https://134744072/",
    "hexadecimal": "https://0x7f000001/",
    "hexadecimal parts": "https://0x7f.0x0.0x0.0x1/",
    "octal": "https://0177.0.0.1/",
    "octal, all": "https://0177.0000.0000.0001/",
    "short": "https://127.1/",
    "zero": "https://0/",
    "loopback": "https://127.0.0.1/",
    "with a dot at the end": "https://127.0.0.1./",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "percent-encoded": "https://%31%32%37.0.0.1/",
    "wide digits": "https://１２７.０.０.１/",
    "ideographic dots": "https://127。0。0。1/",
    "circled letters": "https://ⓛocalhost/",
    "v4-mapped": "https://[::ffff:127.0.0.1]/",
    "v4-mapped in hexadecimal": "https://[::ffff:7f00:1]/",
    "written long": "https://[0:0:0:0:0:ffff:7f00:1]/",
    "loopback 6": "https://[::1]/",
    "unspecified 6": "https://[::]/",
    "zone": "https://[fe80::1%25lo]/",
    "v4 in brackets": "https://[127.0.0.1]/",
    "user name": "https://example.com@127.0.0.1/",
    "user name of a good host": "https://a:b@example.com/",
    "backslash": "https://example.com\\@127.0.0.1/",
    "blank": "https://exa mple.com/",
    "tab": "https://example.com\t.evil.org/",
    "line break": "https://example.com/\r\nX-Evil: 1",
    "NUL": "https://example.com\x00.evil.org/",
    "empty label": "https://a..example.com/",
    "dots alone": "https://.../",
    "no host": "https:///path",
    "nothing": "",
    "no scheme": "//example.com/",
    "one slash": "https:/example.com/",
    "plain": "http://example.com/",
    "plain, with a port": "http://example.com:443/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://example.com/",
    "script": "javascript:alert(1)",
    "other port": "https://example.com:22/",
    "port of a database": "https://example.com:6379/",
    "port nought": "https://example.com:0/",
    "port beyond": "https://example.com:65979/",
    "negative port": "https://example.com:-1/",
    "very long name": f"https://{'a.' * 200}com/",
    "long label": f"https://{'a' * 64}.com/",
}


def find(url: str, *found: str) -> destination.Destination:
    return destination.find(url, lambda _host, _port: found)


@pytest.mark.parametrize("address", INNER.values(), ids=INNER.keys())
def test_s13_a_name_that_leads_inside_is_not_called(address: str) -> None:
    with pytest.raises(CallRefused, match=r"^hook\.example\.com at .* is not called: that is no public address\.$"):
        find("https://hook.example.com/x", address)


@pytest.mark.parametrize("url", ODD.values(), ids=ODD.keys())
def test_s13_an_address_that_is_not_plainly_one_on_the_internet_is_not_called(url: str) -> None:
    with pytest.raises(CallRefused) as refusal:
        find(url, "93.184.215.14")
    assert not refusal.value.sent
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("name", ["localhost", "localhost.", "LOCALHOST", "x.localhost"])
def test_s13_this_machine_by_its_name_is_not_called(name: str) -> None:
    with pytest.raises(OutboundFault) as refusal:  # a name that the system doesn't know is as good
        Outbound(transport=Wire(Answer(200))).make(Call("GET", f"https://{name}/"))
    assert isinstance(refusal.value, CallRefused | NoAddress)


def test_s13_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(CallRefused):
        find("https://hook.example.com/", "93.184.215.14", "10.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a/b?c=d",
        "https://example.com:443/",
        "https://example.com:8443/",
        "HTTPS://EXAMPLE.com./",
        "https://bücher.example/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/",
        "https://1password.example.com/",
    ],
)
def test_what_is_plainly_on_the_internet_is_called(url: str) -> None:
    wire = Wire(Answer(200))
    answer = Outbound(lambda _host, _port: ["93.184.215.14", "2606:2800:21f::1"], wire).make(Call("GET", url))
    assert answer.status == 200


def test_s13_a_name_is_looked_up_once_and_the_connection_goes_where_it_led_then() -> None:
    """A resolver that says a public address first and loopback ever after gets no second question."""
    told = iter([["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]])
    wire = Wire(Answer(200))
    Outbound(lambda _host, _port: next(told), wire).make(Call("GET", "https://rebinds.example.com:8443/x?y=z#f"))
    (request,) = wire.requests
    assert str(request.url) == "https://93.184.215.14:8443/x?y=z"
    assert request.headers["Host"] == "rebinds.example.com:8443"
    assert request.extensions["sni_hostname"] == "rebinds.example.com"
    assert next(told) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("url", "configured", "is_allowed"),
    [
        ("http://127.0.0.1:8090/x", "http://127.0.0.1:8090", True),
        ("http://localhost:8090/x", "http://localhost:8090/api", True),
        ("https://[::1]:9000/x", "https://[::1]:9000", True),
        ("https://ats.example.com:9443/x", "https://ats.example.com:9443/api", True),
        ("http://127.0.0.1:6379/x", "http://127.0.0.1:8090", False),
        ("http://localhost:8090/x", "http://127.0.0.1:8090", False),
        ("https://127.0.0.1:8090/x", "http://127.0.0.1:8090", False),
        ("https://elsewhere.example.com:9443/x", "https://ats.example.com:9443", False),
        ("http://ats.example.com/x", "https://ats.example.com", False),
        ("http://ats.example.com/x", "http://ats.example.com", False),
    ],
)
def test_only_what_the_operator_wrote_opens_a_port_or_loopback(url: str, configured: str, is_allowed: bool) -> None:
    address = "127.0.0.1" if "localhost" in url else "93.184.215.14"
    wire = Wire(Answer(200))
    outbound = Outbound(lambda _host, _port: [address], wire)
    if is_allowed:
        assert outbound.make(Call("GET", url), configured=configured).status == 200
    else:
        with pytest.raises(CallRefused):
            outbound.make(Call("GET", url), configured=configured)
        assert wire.requests == []


def test_s13_what_the_operator_calls_localhost_must_be_loopback() -> None:
    outbound = Outbound(lambda _host, _port: ["10.0.0.1"], Wire(Answer(200)))
    with pytest.raises(CallRefused):
        outbound.make(Call("GET", "http://localhost:8090/x"), configured="http://localhost:8090")
