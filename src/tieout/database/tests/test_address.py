"""Which database a site talks to, and that its password stays out of sight."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from tieout.database.address import PATIENCE, Address, resolve
from tieout.database.errors import AddressInvalid
from tieout.database.home import Home

URL = "postgresql://finance:p%40ss%2Fword@db.example:6432/ledger?sslmode=require&application_name=tieout"


def test_an_address_is_read_from_a_url_with_its_escapes_and_options() -> None:
    settings = Address.parse(URL).django()
    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "ledger",
        "USER": "finance",
        "PASSWORD": "p@ss/word",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {**PATIENCE, "sslmode": "require", "application_name": "tieout", "pool": False},
    }


def test_django_and_libpq_get_the_same_address_and_neither_its_repr_shows_the_password() -> None:
    address = Address.parse(URL)
    wrapper = DatabaseWrapper({**address.django(), "TIME_ZONE": None, "CONN_HEALTH_CHECKS": False})
    for_django = {key: str(value) for key, value in wrapper.get_connection_params().items()}
    assert psycopg.conninfo.conninfo_to_dict(address.conninfo).items() <= for_django.items()
    assert "ss/word" not in f"{address!r} {address} {[address]}"


@pytest.mark.parametrize(
    "url",
    ["mysql://a:s3cret@h/db", "host=h dbname=db password=s3cret", "postgresql://a:s3cret@h", "postgresql://a:s3cret@[h/db",
     "postgresql://a:s3cret@h/db?colour=red", "s3cret"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(AddressInvalid) as refusal:
        Address.parse(url)
    assert "s3cret" not in str(refusal.value.as_dict())


def test_database_url_wins_over_the_embedded_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    assert resolve(Home(tmp_path)) == Address.parse(URL)
    assert not (tmp_path / "postgres").exists()
