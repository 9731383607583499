"""Several actors at one place of full texts, one operation at a time, in an order that the test chooses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from spanwright_processors.offload.place import Place


class KilledError(BaseException):
    """The actor's process was killed before its next operation."""


class _Actor(threading.Thread):
    def __init__(self, work: Callable[[Place], None], place: Place, most: int | None) -> None:
        super().__init__(daemon=True)
        self.turn, self.ready = threading.Semaphore(0), threading.Semaphore(0)
        self.left = most
        self.is_over = False
        self.error: BaseException | None = None
        self._work, self._place = work, _InTurn(place, self)

    def run(self) -> None:
        try:
            self._work(self._place)
        except KilledError:
            pass
        except BaseException as error:
            self.error = error
        self.is_over = True
        self.ready.release()

    def wait(self) -> None:
        """Called before each operation."""
        self.ready.release()
        self.turn.acquire()
        if self.left is not None:
            if not self.left:
                raise KilledError
            self.left -= 1


class _InTurn:
    """A place each of whose operations waits for its actor's turn."""

    def __init__(self, place: Place, actor: _Actor) -> None:
        self._place, self._actor = place, actor
        self.url = place.url

    def put(self, objects: Mapping[str, bytes]) -> None:
        for name, content in objects.items():  # one by one: others may come between
            self._actor.wait()
            self._place.put({name: content})

    def get(self, name: str) -> bytes:
        self._actor.wait()
        return self._place.get(name)

    def get_all(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        self._actor.wait()
        yield from self._place.get_all(names)

    def has(self, name: str) -> bool:
        self._actor.wait()
        return self._place.has(name)

    def names(self, folder: str) -> list[str]:
        self._actor.wait()
        return self._place.names(folder)

    def folders(self, folder: str = "") -> list[str]:
        self._actor.wait()
        return self._place.folders(folder)

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            self._actor.wait()
            self._place.delete([name])

    def delete_folder(self, folder: str) -> None:
        self._actor.wait()
        self._place.delete_folder(folder)

    def sweep(self, folder: str) -> None:
        self._place.sweep(folder)


def interleaved(
    place: Place,
    works: Sequence[Callable[[Place], None]],
    choose: Callable[[int], int],
    kill_after: Mapping[int, int] | None = None,
) -> None:
    """Run ``works``; ``choose(n)`` says which of the ``n`` that are not over goes on.

    ``kill_after`` gives the operations after which an actor is killed, by its number.
    """
    actors = [_Actor(work, place, (kill_after or {}).get(number)) for number, work in enumerate(works)]
    for actor in actors:
        actor.start()
        actor.ready.acquire()
    while going := [actor for actor in actors if not actor.is_over]:
        actor = going[choose(len(going))]
        actor.turn.release()
        actor.ready.acquire()
    for actor in actors:
        actor.join()
        if actor.error is not None:
            raise actor.error
