"""Figures for Prometheus, in a registry of the app's own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS_S = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Metrics:
    """What the service counts."""

    def __init__(self) -> None:
        own = CollectorRegistry()
        self.registry = own
        self.requests = Counter(
            "labhub_requests", "Answers.", ("route", "method", "status"), registry=own
        )
        self.seconds = Histogram(
            "labhub_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=BUCKETS_S,
            registry=own,
        )
        self.hand_ins = Counter(
            "labhub_hand_ins",
            "Uploads of hand-ins, by outcome: new, known, or the code of the refusal.",
            ("course", "outcome"),
            registry=own,
        )
        self.free = Gauge("labhub_free_bytes", "Free on the disk.", ("course",), registry=own)
        self.jobs = Gauge("labhub_jobs", "Jobs.", ("course", "state"), registry=own)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)
