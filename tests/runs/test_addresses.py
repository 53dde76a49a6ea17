"""Networks by which turns are shared."""

import pytest

from runs.addresses import get_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:/run/app.sock", "unix:/run/app.sock"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_customer_are_one_network(address: str, network: str):
    assert get_network(address) == network


def test_an_invalid_address_is_shortened():
    assert len(get_network("x" * 100_000)) <= 80
