"""The books: every row, and the only operations that change them. Each keeps the sums on bills and customers right.

The invariants, for every bill and customer: `invoiced`, `credited` and `paid` are the sums over its charges, credits and
live payments; a customer's balance is what its bills are due less what its payments have left over. Operations refuse
with `Refused` what would break them.
"""

from __future__ import annotations

from typing import TypeVar

from tieout.sandbox.company.catalogue import TERM_DAYS, Method, Product
from tieout.sandbox.company.days import DAY
from tieout.sandbox.company.records import (
    FIRST_ORDER,
    Bill,
    Charge,
    Credit,
    Customer,
    Line,
    Order,
    OrderLine,
    Payment,
    Service,
)

Row = TypeVar("Row")

FIRST_CUSTOMER, FIRST_BILL, FIRST_CHARGE, FIRST_CREDIT, FIRST_PAYMENT = 1_001, 9_001, 50_001, 301, 200_001


class Refused(ValueError):
    """The books cannot be changed like that; the text says why."""


class Books:
    """Rows in the order of their numbers. `version` grows with every change, so that readers know what they may keep."""

    def __init__(self, customers: list[Customer]) -> None:
        self.customers = customers
        self.lines: list[Line] = sorted((line for customer in customers for line in customer.lines), key=_line_number)
        self.services_by_id: dict[int, Service] = {}
        self.orders: list[Order] = []
        self.order_lines: list[OrderLine] = []
        self.bills: list[Bill] = []
        self.charges: list[Charge] = []
        self.credits: list[Credit] = []
        self.payments: list[Payment] = []
        self.version = 0
        for line in self.lines:
            self.services_by_id.setdefault(line.service_id, Service(line.service_id, [])).lines.append(line)

    @property
    def services(self) -> list[Service]:
        """Every service, by number."""
        return list(self.services_by_id.values())

    def customer(self, number: int) -> Customer:
        """Raises Refused when there is none with that number."""
        return _numbered(self.customers, number, FIRST_CUSTOMER, "customer")

    def find_bill(self, number: int) -> Bill:
        """Raises Refused when there is none with that number."""
        return _numbered(self.bills, number, FIRST_BILL, "bill")

    def find_charge(self, number: int) -> Charge:
        """Raises Refused when there is none with that number."""
        return _numbered(self.charges, number, FIRST_CHARGE, "charge")

    def find_payment(self, number: int) -> Payment:
        """Raises Refused when there is none with that number."""
        return _numbered(self.payments, number, FIRST_PAYMENT, "payment")

    def find_line(self, number: int) -> Line:
        """Raises Refused when there is none with that number."""
        return _numbered(self.lines, number, 1, "service product")

    def order(self, kind: str, created: int, completed: int, *lines: Line) -> Order:
        """Note what a customer signed."""
        order = Order(FIRST_ORDER + len(self.orders), lines[0].customer_id, kind, created, completed, lines)
        self.orders.append(order)
        for line in lines:
            number = 1 + len(self.order_lines)
            self.order_lines.append(OrderLine(number, order.order_id, line.service_product_id))
        self.version += 1
        return order

    def replace(self, line: Line, day: int, *, quantity: int, until: int | None) -> Line:
        """Let another line take this one's place on its service from a day on, bound until before another day."""
        if line.canceled_date is not None or day <= line.activated_date:
            raise Refused(f"service product {line.service_product_id} cannot be replaced on that day")
        agreed = None if until is None else (day, until)
        number, service = 1 + len(self.lines), self.services_by_id[line.service_id]
        made = Line(
            number, line.customer_id, line.product, quantity, line.rate, day, service_id=line.service_id, agreed=agreed
        )
        line.canceled_date = day
        customer = self.customer(line.customer_id)
        customer.lines = (*customer.lines, made)
        self.lines.append(made)
        service.lines.append(made)
        self.version += 1
        return made

    def cancel(self, line: Line, day: int) -> None:
        """End a line before its day comes."""
        if line.canceled_date is not None or day <= line.activated_date:
            raise Refused(f"service product {line.service_product_id} cannot be cancelled on that day")
        line.canceled_date = day
        self.order("Disconnect", day, day, line)

    def charge(
        self, customer: Customer, product: Product, amount: int, tax: int, created: int, start: int, end: int, *,
        quantity: int = 1, rate: int | None = None, line: Line | None = None, prorated: bool = False,
    ) -> Charge:  # fmt: skip
        """Note a charge; it waits, unbilled, for the customer's next bill."""
        each = amount if rate is None else rate
        charge = Charge(
            FIRST_CHARGE + len(self.charges), customer.customer_id, product, line, 0, quantity, each, amount, tax, prorated,
            created, start, end,
        )  # fmt: skip
        self.charges.append(charge)
        customer.unbilled.append(charge)
        self.version += 1
        return charge

    def bill(self, customer: Customer, created: int, cycle: int, *, final: bool = False) -> Bill:
        """Bill all that is unbilled."""
        due = cycle + TERM_DAYS * DAY
        bill = Bill(FIRST_BILL + len(self.bills), customer.customer_id, created, cycle, due, final)
        self.bills.append(bill)
        for charge in customer.unbilled:
            charge.bill_id = bill.bill_id
            bill.invoiced += charge.total
        customer.unbilled = []
        customer.balance += bill.invoiced
        self.version += 1
        return bill

    def assign(self, charge: Charge, bill: Bill) -> None:
        """Put one unbilled charge on a bill that exists already."""
        if charge.bill_id or charge.customer_id != bill.customer_id:
            raise Refused(f"charge {charge.charge_id} is billed already or belongs to another customer")
        customer = self.customer(bill.customer_id)
        customer.unbilled.remove(charge)
        charge.bill_id = bill.bill_id
        bill.invoiced += charge.total
        customer.balance += charge.total
        self.version += 1

    def credit(
        self, bill: Bill, product: Product, amount: int, tax: int, created: int, *, bad_debt: bool = False
    ) -> Credit:
        """Take an amount and its tax off a bill."""
        number = FIRST_CREDIT + len(self.credits)
        credit = Credit(number, bill.customer_id, bill.bill_id, product, amount, tax, bad_debt, created)
        self.credits.append(credit)
        bill.credited += credit.total
        self.customer(bill.customer_id).balance -= credit.total
        self.version += 1
        return credit

    def pay(
        self,
        customer: Customer,
        bill: Bill | None,
        amount: int,
        method: Method,
        created: int,
        received: int | None = None,
    ) -> Payment:
        """Receive a payment. It settles what the bill is still due; what is left over stays as its balance."""
        applied = min(amount, max(bill.amount_due, 0)) if bill else 0
        bill_id = bill.bill_id if bill and applied else 0
        day = created // DAY * DAY if received is None else received
        number = FIRST_PAYMENT + len(self.payments)
        payment = Payment(number, customer.customer_id, bill_id, amount, amount - applied, method, day, created)
        self.payments.append(payment)
        self._count(payment, 1, customer)
        return payment

    def bounce(self, payment: Payment) -> None:
        """The bank took it back."""
        self._undo(payment)
        payment.bounced, payment.balance = True, 0

    def refund(self, payment: Payment) -> None:
        """The money was given back; whatever it had settled is due again."""
        self._undo(payment)
        payment.refund_flag, payment.balance = True, 0

    def amend(self, payment: Payment, amount: int) -> None:
        """Change the amount of a payment; it settles its bill anew and the rest is its balance."""
        if amount < 0:
            raise Refused("a payment cannot be negative")
        self._undo(payment)
        due = self.find_bill(payment.bill_id).amount_due if payment.bill_id else 0
        payment.amount, payment.balance = amount, amount - min(amount, max(due, 0))
        self._count(payment, 1)

    def _undo(self, payment: Payment) -> None:
        if not payment.is_live:
            raise Refused(f"payment {payment.payment_id} has bounced or was refunded already")
        self._count(payment, -1)

    def _count(self, payment: Payment, sign: int, customer: Customer | None = None) -> None:
        if payment.bill_id:
            self.find_bill(payment.bill_id).paid += sign * (payment.amount - payment.balance)
        (customer or self.customer(payment.customer_id)).balance -= sign * payment.amount
        self.version += 1


def _line_number(line: Line) -> int:
    return line.service_product_id


def _numbered(rows: list[Row], number: int, first: int, what: str) -> Row:
    if not first <= number < first + len(rows):
        raise Refused(f"there is no {what} {number}")
    return rows[number - first]
