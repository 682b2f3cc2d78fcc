"""Connections: who may make them, what is kept of them, and the company they stay pinned to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.connect import operations, queries
from tieout.connect.models import Connection, Secret
from tieout.connectors.kit.faults import OtherTenant
from tieout.connectors.kit.fields import BadField
from tieout.demo.site import intacct_values, revio_values
from tieout.people.actors import Actor, Role, RoleMissing
from tieout.sandbox.kit.server import RunningSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def controller(actor: Callable[..., Actor]) -> Actor:
    return actor(Role.CONTROLLER)


@pytest.fixture
def ledger(controller: Actor, vendors: RunningSandbox) -> Connection:
    values = intacct_values(vendors.credentials())
    return operations.add(actor=controller, connector="intacct", name="Intacct", values=values, now=NOW)


def test_a_source_is_the_admins_and_a_ledger_the_controllers(
    actor: Callable[..., Actor], vendors: RunningSandbox
) -> None:
    both = {"revio": revio_values(vendors.credentials()), "intacct": intacct_values(vendors.credentials())}
    allowed = {"revio": Role.ADMIN, "intacct": Role.CONTROLLER}
    for connector, values in both.items():
        for role in Role:
            add: dict[str, Any] = {"connector": connector, "name": f"{connector} {role}", "values": values, "now": NOW}
            if role == allowed[connector]:
                operations.add(actor=actor(role), **add)
            else:
                with pytest.raises(RoleMissing, match=allowed[connector].title()):
                    operations.add(actor=actor(role), **add)


def test_secrets_are_sealed_and_settings_are_not(ledger: Connection, vendors: RunningSandbox) -> None:
    given = vendors.credentials()["intacct"]
    sealed = b"".join(bytes(secret.box) for secret in Secret.objects.filter(connection=ledger))
    assert given["user_password"].encode() not in sealed
    assert given["user_password"] not in str(ledger.settings)
    assert queries.credentials(ledger)["user_password"] == given["user_password"]
    assert ledger.settings["company_id"] == given["company_id"]


def test_a_good_test_pins_the_company(ledger: Connection, controller: Actor) -> None:
    health = operations.test(actor=controller, connection_id=ledger.pk, now=NOW)
    ledger.refresh_from_db()
    assert health.ok
    assert (ledger.state, ledger.tenant) == ("healthy", health.tenant)


def test_credentials_that_answer_for_another_company_are_refused(ledger: Connection, controller: Actor) -> None:
    Connection.objects.filter(pk=ledger.pk).update(tenant="SOMEBODY-ELSE")
    health = operations.test(actor=controller, connection_id=ledger.pk, now=NOW)
    assert health.missing == ("Same company",)
    ledger.refresh_from_db()
    assert (ledger.state, ledger.tenant) == ("failing", "SOMEBODY-ELSE")
    with pytest.raises(OtherTenant, match="SOMEBODY-ELSE"), queries.pinned_session(ledger):
        pytest.fail("opened")


def test_a_secret_left_empty_stays_as_it_is(ledger: Connection, controller: Actor, vendors: RunningSandbox) -> None:
    values = {**intacct_values(vendors.credentials()), "user_password": "", "sender_password": ""}
    operations.change(actor=controller, connection_id=ledger.pk, name="Renamed", values=values)
    assert queries.credentials(ledger)["user_password"] == vendors.credentials()["intacct"]["user_password"]


def test_a_missing_field_is_named_and_nothing_is_kept(controller: Actor) -> None:
    with pytest.raises(BadField, match="Company ID is missing"):
        operations.add(actor=controller, connector="intacct", name="Half", values={"sender_id": "x"}, now=NOW)
    assert not Connection.objects.exists()


def test_every_secret_can_be_sealed_with_a_new_key(
    ledger: Connection, vendors: RunningSandbox, actor: Callable[..., Actor]
) -> None:
    before = set(Secret.objects.values_list("key_id", flat=True))
    assert operations.reseal_all(actor=actor(Role.ADMIN)) == 2
    assert before.isdisjoint(Secret.objects.values_list("key_id", flat=True))
    assert queries.credentials(ledger)["user_password"] == vendors.credentials()["intacct"]["user_password"]
