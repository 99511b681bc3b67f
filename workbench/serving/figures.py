"""How the server is doing, in the text format of Prometheus; nothing in it is of a person."""

import time
from collections import Counter, deque

LATEST = 2000  # requests whose times are kept
WINDOW_SECONDS = 10.0
QUANTILES = (0.5, 0.99)
# Asked by whoever watches the server: counted, and no part of how much or how fast it answers.
WATCHING = ("/metrics", "/health")


class Figures:
    """Counts of requests by path and status, and how long the latest took."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self._took: deque[tuple[float, float]] = deque(maxlen=LATEST)
        self.began = time.monotonic()
        self.seconds = 0.0

    def note(self, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.requests[route, status] += 1
        self.seconds += seconds
        if route not in WATCHING:
            self._took.append((time.monotonic(), seconds))

    def text(self, gauges: dict[str, float]) -> str:
        """All figures; `gauges` are further ones by name."""
        lines = ["# TYPE workbench_requests_total counter"]
        counts = sorted(self.requests.items())
        lines += [f'workbench_requests_total{{route="{route}",status="{status}"}} {n}' for (route, status), n in counts]
        lines.append("# TYPE workbench_request_seconds summary")
        took = sorted(seconds for _, seconds in self._took)
        for quantile in QUANTILES if took else ():
            lines.append(
                f'workbench_request_seconds{{quantile="{quantile}"}} {took[int(quantile * (len(took) - 1))]:.6f}'
            )
        lines += [
            f"workbench_request_seconds_sum {self.seconds:.6f}",
            f"workbench_request_seconds_count {self.requests.total()}",
        ]
        for name, value in {"requests_per_second": self.rate(), **gauges}.items():
            lines += [f"# TYPE workbench_{name} gauge", f"workbench_{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def rate(self) -> float:
        """Requests a second of late."""
        now = time.monotonic()
        late = sum(at > now - WINDOW_SECONDS for at, _ in self._took)
        return late / min(WINDOW_SECONDS, max(now - self.began, 1.0))
