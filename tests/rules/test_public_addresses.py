"""Which addresses are the public's, at the edges of what is not."""

import pytest

from models.rules.public_addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        *(
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
        ),
        *("169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0"),
        *("192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0"),
        *(
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "168.63.129.15",
            "168.63.129.17",
            "192.88.100.0",
        ),
        *("2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "2400:3200::1", "3fff:1000::"),
        *("3ffe:ffff::", "64:ff9b::808:808"),
    ],
)
def test_what_everybody_may_be_sent_to_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200"),
        *("100.127.255.255", "127.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254"),
        *("169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.1"),
        *("192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255", "168.63.129.16"),
    ],
)
def test_what_is_ours_nobodys_or_everybodys_at_once_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "1fff:ffff::", "4000::"),
        *("2001::1", "2001:1ff:ffff::", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2400:3200::1%eth0", "fec0::1", "ff02::1"),
    ],
)
def test_nor_is_what_wraps_another_or_stays_at_home(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["", "localhost", "shop.example", "127.1", "0177.0.0.1", "2130706433", "8.8.8.8 "]
)
def test_what_is_no_address_is_not(address: str) -> None:
    assert not is_public(address)
