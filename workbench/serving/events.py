"""What people chose since the server began: their histories grow at once, the model stays as it is."""

from collections import OrderedDict

MAX_PEOPLE, MAX_EACH = 100_000, 1000


class Recent:
    """Items by person, the oldest first; of very many people those who chose last, of each the newest items."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, list[str]] = OrderedDict()

    def add(self, user: str, item: str) -> None:
        """Somebody chose an item."""
        chosen = self._items.setdefault(user, [])
        if item in chosen:
            chosen.remove(item)
        chosen.append(item)
        del chosen[:-MAX_EACH]
        self._items.move_to_end(user)
        while len(self._items) > MAX_PEOPLE:
            self._items.popitem(last=False)

    def of(self, user: str) -> list[str]:
        """Ids of what somebody chose."""
        return self._items.get(user, [])
