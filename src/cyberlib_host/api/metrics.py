"""Counts for the operator's monitoring, in the text format of Prometheus (exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """Of one host; nothing in them tells one customer from another."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "cyberlib_requests_total", "Requests answered.", ("operation", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "cyberlib_request_seconds", "Time to answer.", ("operation",), registry=self.registry
        )
        self._bytes = Counter(
            "cyberlib_storage_bytes_total", "Bytes through the host itself.", ("way",), registry=self.registry
        )

        self._certificate = Gauge(
            "cyberlib_certificate_ends_timestamp_seconds",
            "When the certificate that is served ends.",
            registry=self.registry,
        )

        self._mails = Gauge(
            "cyberlib_mails", "Mails, by what became of them.", ("state",), registry=self.registry
        )
        self._alarms = Gauge(
            "cyberlib_backups_missed", "Devices with a missed backup.", registry=self.registry
        )

    def observed(self, mails: Mapping[str, int], alarms: int) -> None:
        """What the observatory has to do with."""
        for state, number in mails.items():
            self._mails.labels(state).set(number)
        self._alarms.set(alarms)

    def certificate_ends(self, seconds: float) -> None:
        """Since 1970."""
        self._certificate.set(seconds)

    def count(self, operation: str, status: int, seconds: float) -> None:
        """One request answered."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def moved(self, way: str, size: int) -> None:
        """Bytes that came ("in") or went ("out")."""
        self._bytes.labels(way).inc(size)

    def text(self) -> bytes:
        """For whoever collects them."""
        return generate_latest(self.registry)
