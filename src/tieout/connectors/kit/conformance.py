"""The promises of the connector kit as a pytest suite: `TestX = suite(Subject(...))` is a connector's whole test file.

Everything runs over real HTTP against the vendor that `start` brings up, through a proxy that spoils chosen exchanges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast
from uuid import uuid4

import pytest
import stamina

from tieout.connectors.kit.canonical import BadRecord
from tieout.connectors.kit.capabilities import Connector, Mapper, PostsDocuments, ReadsStreams, Session
from tieout.connectors.kit.documents import Document
from tieout.connectors.kit.faults import (
    AlreadyExecuted,
    NoAnswer,
    NotSent,
    OutcomeUnknown,
    Refused,
    VendorBusy,
    VendorFault,
    WithExchange,
)
from tieout.connectors.kit.fields import clean_all
from tieout.connectors.kit.interference import PASS, Fail, Interference, Spoiling
from tieout.connectors.kit.streams import Page, Window
from tieout.kernel.errors import TieoutError

Values = Mapping[str, str]
Open = Callable[[Values], Session]
_ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Subject:
    """A connector and how to put it to the test. `start` yields the values of a connection that works.

    `impatient` opens a session that gives up after about a second. `wrong` maps a wrong value's description to the
    changed fields and a word that the health check must say. A stream or documents switch on the suite's further parts.
    """

    connector: Connector
    start: Callable[[], AbstractContextManager[Values]]
    address: str
    impatient: Open
    wrong: Mapping[str, tuple[Values, str]]
    stream: str = ""
    window: Window = _ALWAYS
    parse: Callable[[bytes], Sequence[Mapping[str, Any]]] | None = None
    documents: Callable[[str], Sequence[Document]] | None = None
    refused: Callable[[str], Sequence[Document]] | None = None
    unexecuted: Mapping[str, Spoiling] = field(default_factory=dict)
    """Answers by which this vendor says that it did nothing, beside 429."""


def suite(subject: Subject) -> type:
    """The test class for one connector."""
    parts: list[type] = [_ReadsStreams] if subject.stream else []
    if subject.documents:
        parts.append(_PostsDocuments)
    return type(f"Test{subject.connector.slug.title()}", (*parts, _Declares), {"subject": subject})


_SLOW_DOWN = Spoiling(Fail.STATUS, 429, b"{}", {"retry-after": "7"})
_STATUS = {status: Spoiling(Fail.STATUS, status) for status in (500, 502, 503, 504)}
_ELSEWHERE = Spoiling(Fail.STATUS, 302, b"", {"location": "https://elsewhere.example/steal"})


def _id(value: object) -> str:
    return str(value) if isinstance(value, Spoiling) else getattr(value, "__name__", "") or str(value)


class _Declares:
    subject: ClassVar[Subject]

    @pytest.fixture(scope="class")
    @classmethod
    def vendor(cls) -> Iterator[Values]:
        with cls.subject.start() as values:
            yield clean_all(cls.subject.connector.fields, values)

    @pytest.fixture
    def proxy(self, vendor: Values) -> Iterator[Interference]:
        with Interference(vendor[self.subject.address]) as proxy, stamina.set_testing(True, attempts=2):
            yield proxy

    @pytest.fixture
    def values(self, vendor: Values, proxy: Interference) -> Values:
        return {**vendor, self.subject.address: proxy.address(vendor[self.subject.address])}

    @pytest.fixture
    def session(self, values: Values) -> Iterator[Any]:
        session = self.subject.connector.open(values)
        yield session
        session.close()

    def test_every_field_has_a_label_and_help(self) -> None:
        names = [field.name for field in self.subject.connector.fields]
        assert len(names) == len(set(names))
        assert all(field.label and field.help for field in self.subject.connector.fields)
        assert any(field.secret for field in self.subject.connector.fields)

    def test_streams_have_unique_names_and_a_key(self) -> None:
        streams = self.subject.connector.streams
        assert len({stream.name for stream in streams}) == len(streams)
        assert all(stream.key and stream.path for stream in streams)
        assert set(self.subject.connector.mappers) <= {stream.name for stream in streams}

    def test_opening_sends_nothing(self, session: Session, proxy: Interference) -> None:
        assert proxy.seen == []

    def test_a_working_connection_is_healthy_and_names_its_company(self, session: Session) -> None:
        health = session.test()
        assert health.ok, health.missing
        assert health.tenant

    def test_wrong_values_are_named_in_plain_words(self, values: Values) -> None:
        for description, (changes, word) in self.subject.wrong.items():
            told = self._told({**values, **changes})
            assert word in told, f"{description}: {told}"

    def test_an_unreachable_host_is_named(self, values: Values) -> None:
        assert "could not connect" in self._told({**values, self.subject.address: "http://127.0.0.1:9/x"})

    def test_a_host_that_does_not_answer_is_named(self, values: Values, proxy: Interference) -> None:
        proxy.plan(Spoiling(Fail.HANG))
        assert "seconds" in self._told(values, self.subject.impatient)

    def test_another_host_is_never_followed(self, values: Values, proxy: Interference) -> None:
        proxy.plan(_ELSEWHERE)
        assert "elsewhere.example" in self._told(values)

    def test_secrets_show_nowhere(self, values: Values, proxy: Interference, session: Session) -> None:
        secrets = [values[field.name] for field in self.subject.connector.fields if field.secret]
        shown = [repr(session), repr(session.test())]
        for spoiling in (_STATUS[500], Spoiling(Fail.GARBLE_ANSWER), _ELSEWHERE, Spoiling(Fail.DROP_REQUEST)):
            proxy.plan(*[spoiling] * 2)
            shown += _shown(_first_error(session, self.subject))
        assert not [secret for secret in secrets for text in shown if secret in text]

    def _told(self, values: Values, open_session: Open | None = None) -> str:
        session = (open_session or self.subject.connector.open)(values)
        try:
            health = session.test()
        finally:
            session.close()
        assert not health.ok
        failed = [check for check in health.checks if not check.ok]
        assert all(check.detail and check.remedy for check in failed)
        return " ".join(f"{check.name} {check.detail}" for check in failed).lower()


class _ReadsStreams:
    subject: ClassVar[Subject]

    def test_reading_resumes_from_every_page(self, session: ReadsStreams) -> None:
        pages = self._pages(session)
        assert len(pages) > 2, "the sandbox must hold several pages for this to mean anything"
        everything = self._keys(pages)
        for index, page in enumerate(pages):
            rest = self._pages(session, page.position)
            assert self._keys(pages[: index + 1]) | self._keys(rest) == everything
            assert len(rest) <= len(pages) - index
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_bodies_hold_exactly_the_records(self, session: ReadsStreams) -> None:
        assert self.subject.parse is not None
        for page in self._pages(session):
            assert list(self.subject.parse(page.body)) == list(page.records)

    def test_no_number_is_a_float_and_every_record_maps_or_says_why(
        self, session: ReadsStreams, values: Values
    ) -> None:
        for stream, mapper in self.subject.connector.mappers.items():
            page = next(session.pages(stream, _ALWAYS))
            assert not any(isinstance(value, float) for record in page.records for value in record.values())
            assert all(_maps(mapper, record, values) for record in page.records)

    @pytest.mark.parametrize("spoiling", [_SLOW_DOWN, *_STATUS.values(), Spoiling(Fail.CUT_ANSWER)], ids=str)
    def test_reading_survives_a_passing_fault(
        self, session: ReadsStreams, proxy: Interference, spoiling: Spoiling
    ) -> None:
        untroubled = self._keys(self._pages(session))
        proxy.plan(PASS, spoiling)
        assert self._keys(self._pages(session)) == untroubled

    @pytest.mark.parametrize(
        ("spoiling", "fault"),
        [
            (_SLOW_DOWN, VendorBusy),
            (_STATUS[500], VendorFault),
            (_STATUS[504], NoAnswer),
            (Spoiling(Fail.DROP_REQUEST), NoAnswer),
            (Spoiling(Fail.CUT_ANSWER), NoAnswer),
            (Spoiling(Fail.GARBLE_ANSWER), VendorFault),
        ],
        ids=_id,
    )
    def test_a_lasting_fault_says_how_to_recover(
        self, session: ReadsStreams, proxy: Interference, spoiling: Spoiling, fault: type[TieoutError]
    ) -> None:
        proxy.plan(spoiling, spoiling)
        with pytest.raises(fault) as raised:
            self._pages(session)
        assert getattr(raised.value, "after", None) == (7 if spoiling is _SLOW_DOWN else None)

    def _pages(self, session: ReadsStreams, position: Mapping[str, Any] | None = None) -> list[Page]:
        return list(session.pages(self.subject.stream, self.subject.window, position))

    def _keys(self, pages: Sequence[Page]) -> set[Any]:
        key = next(stream.key for stream in self.subject.connector.streams if stream.name == self.subject.stream)
        return {record[key] for page in pages for record in page.records}


class _PostsDocuments:
    subject: ClassVar[Subject]

    def test_a_document_comes_back_as_it_was_sent_and_can_be_taken_out(self, session: PostsDocuments) -> None:
        for document in self._documents():
            posted = session.post(document, _control())
            assert posted.exchange.request
            (held,) = session.find([document])[document.key]
            assert (held.record_no, held.document) == (posted.record_no, document)
            session.remove(held, _control())
            assert session.find([document]) == {document.key: ()}
            session.remove(held, _control())

    def test_a_key_that_was_never_posted_is_found_empty(self, session: PostsDocuments) -> None:
        for document in self._documents():
            assert session.find([document]) == {document.key: ()}

    @pytest.mark.parametrize(
        ("spoiling", "in_flight"),
        [
            (Spoiling(Fail.LOSE_ANSWER), True),
            (Spoiling(Fail.CUT_ANSWER), True),
            (Spoiling(Fail.GARBLE_ANSWER), False),
            (Spoiling(Fail.DROP_REQUEST), True),
            (_STATUS[500], False),
            (_STATUS[502], True),
            (_STATUS[503], True),
            (_STATUS[504], True),
        ],
        ids=_id,
    )
    def test_an_unknown_outcome_is_recoverable_by_looking_up(
        self, session: PostsDocuments, proxy: Interference, spoiling: Spoiling, in_flight: bool
    ) -> None:
        booked = spoiling.fail in (Fail.LOSE_ANSWER, Fail.CUT_ANSWER, Fail.GARBLE_ANSWER)
        for document in self._signed_in(session):
            control = _control()
            proxy.plan(spoiling)
            with pytest.raises(OutcomeUnknown) as raised:
                session.post(document, control)
            assert raised.value.in_flight is in_flight
            assert len(session.find([document])[document.key]) == (1 if booked else 0)
            self._send_again(session, document, control, booked)
            assert len(session.find([document])[document.key]) == 1

    def test_a_time_out_leaves_the_outcome_unknown(self, values: Values, proxy: Interference) -> None:
        session = cast(PostsDocuments, self.subject.impatient(values))
        document = self._signed_in(session)[0]
        proxy.plan(Spoiling(Fail.HANG))
        with pytest.raises(OutcomeUnknown) as raised:
            session.post(document, _control())
        assert raised.value.in_flight
        cast(Session, session).close()

    def test_a_vendor_that_did_nothing_may_be_asked_again(self, session: PostsDocuments, proxy: Interference) -> None:
        for spoiling in (_SLOW_DOWN, *self.subject.unexecuted.values()):
            document, control = self._signed_in(session)[0], _control()
            proxy.plan(spoiling)
            with pytest.raises(NotSent) as raised:
                session.post(document, control)
            assert raised.value.after == (7 if "retry-after" in spoiling.headers else None)
            session.post(document, control)
            assert len(session.find([document])[document.key]) == 1

    def test_an_unreachable_host_means_not_sent(self, values: Values) -> None:
        session = self.subject.connector.open({**values, self.subject.address: "http://127.0.0.1:9/x"})
        with pytest.raises(NotSent):
            cast(PostsDocuments, session).post(self._documents()[0], _control())
        session.close()

    def test_a_refusal_is_final_names_its_reason_and_books_nothing(self, session: PostsDocuments) -> None:
        assert self.subject.refused is not None
        for document in self.subject.refused(_suffix()):
            with pytest.raises(Refused) as raised:
                session.post(document, _control())
            assert raised.value.message
            assert raised.value.advice
            assert session.find([document]) == {document.key: ()}

    def _documents(self) -> Sequence[Document]:
        assert self.subject.documents is not None
        return self.subject.documents(_suffix())

    def _signed_in(self, session: PostsDocuments) -> Sequence[Document]:
        """Fresh documents, after others like them were posted, so that the next request is the posting itself."""
        for document in self._documents():
            session.post(document, _control())
        return self._documents()

    def _send_again(self, session: PostsDocuments, document: Document, control: str, booked: bool) -> None:
        if not booked:
            session.post(document, control)
            return
        with pytest.raises(AlreadyExecuted):
            session.post(document, control)


def _maps(mapper: Mapper, record: Mapping[str, Any], values: Values) -> bool:
    try:
        return bool(mapper(record, values).id)
    except BadRecord as bad:
        return bool(bad.record and bad.facts["field"])


def _first_error(session: Any, subject: Subject) -> TieoutError:
    documents = subject.documents(_suffix())[:1] if subject.documents else ()
    with pytest.raises(TieoutError) as raised:
        next(session.pages(subject.stream, subject.window)) if subject.stream else session.find(documents)
    return raised.value


def _shown(error: TieoutError) -> list[str]:
    exchange = error.exchange if isinstance(error, WithExchange) else None
    sent = [exchange.request.decode(), exchange.answer.decode()] if exchange else []
    return [repr(error), str(error), str(error.as_dict()), *sent]


def _suffix() -> str:
    return uuid4().hex[:12]


def _control() -> str:
    return f"conformance-{uuid4().hex}"
