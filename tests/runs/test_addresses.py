"""By what turns are shared."""

import pytest

from runs.addresses import network_of


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
    assert network_of(address) == network


def test_what_a_proxy_makes_up_is_not_kept_whole():
    assert len(network_of("x" * 100_000)) <= 80
