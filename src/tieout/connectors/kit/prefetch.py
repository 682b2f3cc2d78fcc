"""Looks ahead: the next items of an iterator are made in a thread while the caller works on this one.

At most `ahead` items wait, so memory stays flat. Leaving the block stops the thread and closes the source, whatever
happened; it waits for the item under way.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from typing import Generic, TypeVar

T = TypeVar("T")


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class LookAhead(Generic[T]):
    """An iterator over what the thread makes; the source's error comes up behind the items before it."""

    def __init__(self, source: Iterator[T], ahead: int) -> None:
        self._source = source
        self._queue: Queue[T | _End] = Queue()
        self._room = threading.Semaphore(ahead)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="prefetch", daemon=True)
        self._thread.start()

    def __iter__(self) -> LookAhead[T]:
        return self

    def __next__(self) -> T:
        item = self._queue.get()
        if isinstance(item, _End):
            self._queue.put(item)
            raise item.error or StopIteration
        self._room.release()
        return item

    def ready(self) -> list[T]:
        """The items that wait already; empty when there are none."""
        items: list[T] = []
        with suppress(Empty):
            while not isinstance(item := self._queue.get_nowait(), _End):
                self._room.release()
                items.append(item)
            self._queue.put(item)
        return items

    def stop(self) -> None:
        self._stopped.set()
        self._room.release()
        self._thread.join()
        with self._queue.mutex:
            self._queue.queue.clear()

    def _fill(self) -> None:
        error: BaseException | None = None
        try:
            while self._room.acquire() and not self._stopped.is_set():
                self._queue.put(next(self._source))
        except StopIteration:
            pass
        except BaseException as raised:
            error = raised
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:
                close()
            self._queue.put(_End(error))


@contextmanager
def prefetch(source: Iterator[T], ahead: int = 1) -> Iterator[LookAhead[T]]:
    """`with prefetch(session.pages(…)) as pages: for page in pages: …`. Errors of the source come up in the loop."""
    look_ahead = LookAhead(source, ahead)
    try:
        yield look_ahead
    finally:
        look_ahead.stop()
