"""What is counted, under the names of Prometheus.

Every process counts for itself; `snapshot` is what it leaves in the database for the others.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

LATENCY = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Measures:
    """One process's counters; `registry` holds them all."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.webhooks = Counter(
            "heliograph_webhooks", "Webhooks by what became of them.", ["source", "outcome"],
            registry=r,
        )  # fmt: skip
        self.page_latency = Histogram(
            "heliograph_page_latency_seconds",
            "Webhook accepted to provider request begun.",
            buckets=LATENCY,
            registry=r,
        )
        self.wake_lateness = Histogram(
            "heliograph_wake_lateness_seconds",
            "How long after its instant a case was woken.",
            buckets=LATENCY,
            registry=r,
        )
        self.pages = Counter(
            "heliograph_pages", "Contacts by what became of them.", ["channel", "outcome"],
            registry=r,
        )  # fmt: skip
        self.clicks = Counter(
            "heliograph_chat_clicks", "Clicks in chats by what became of them.",
            ["channel", "outcome"], registry=r,
        )  # fmt: skip
        self.breaches = Counter(
            "heliograph_sla_breaches", "Promises broken.", ["metric", "severity", "plan"],
            registry=r,
        )  # fmt: skip
        self.hotline = Counter(
            "heliograph_hotline_calls", "Hotline calls by how they ended.", ["outcome"], registry=r
        )
