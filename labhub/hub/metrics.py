"""Numbers for Prometheus, beside those that JupyterHub has of its own at /hub/metrics."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from labhub.hub.desk import Desk

BUCKETS_S = (0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600)
START_SECONDS = Histogram(
    "labhub_server_start_seconds",
    "From having all it needs until the server's process is there",
    ["lab"],
    buckets=BUCKETS_S,
    registry=None,
)
WAIT_SECONDS = Histogram(
    "labhub_gpu_wait_seconds",
    "How long somebody waited for a GPU",
    ["lab"],
    buckets=BUCKETS_S,
    registry=None,
)


class DeskCollector(Collector):
    """Looks at the desk whenever somebody asks for the numbers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Servers by lab, seats, leases by lab, and the queue."""
        ledger = self.desk.ledger
        servers = Counter(self.desk.running.values())
        leases = Counter(
            _lab(each.ask.course, each.ask.assignment) for each in ledger.leases.values()
        )
        waiting = Counter(_lab(each.ask.course, each.ask.assignment) for each in ledger.queue)
        yield _by_lab("labhub_servers", "Servers that run, by lab", servers)
        yield _by_lab("labhub_gpu_leases", "GPUs that are held, by lab", leases)
        yield _by_lab("labhub_gpu_queue", "People who wait for a GPU, by lab", waiting)
        yield GaugeMetricFamily("labhub_gpu_seats", "GPUs that can be held", value=ledger.total)


def register(desk: Desk, registry: CollectorRegistry = REGISTRY) -> None:
    """Add our numbers to those of the Hub."""
    for each in (START_SECONDS, WAIT_SECONDS, DeskCollector(desk)):
        registry.register(each)


def _lab(course: str, assignment: str) -> str:
    return f"{course}/{assignment}"


def _by_lab(name: str, words: str, numbers: Counter[str]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=["lab"])
    for lab, number in sorted(numbers.items()):
        family.add_metric([lab], number)
    return family
