"""Lines of access logs become entries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshlab.run.live import adapters, logs
from tests.unit.run.live.test_world import AT
from tests.unit.run.small_run import small_run

ENVOY = {
    "start_time": "2026-11-23T15:00:01.250Z",
    "nonce": "n0123456789-1",
    "authority": "catalog:8080",
    "path": "/",
    "response_code": 504,
    "response_flags": "UT",
    "duration": 1371,
    "upstream_service_time": None,
    "upstream_cluster": "catalog-v2",
    "upstream_host": "10.244.1.7:8080",
    "downstream_remote_address": "10.244.2.3:41234",
}


TRAEFIK = {
    "ClientAddr": "10.244.0.1:40112",
    "DownstreamStatus": 200,
    "Duration": 12500000,
    "OriginDuration": 11000000,
    "RequestAddr": "127.0.0.1:31000",
    "RequestPath": "/",
    "RouterName": "shop-shop@kubernetes",
    "ServiceAddr": "10.244.1.5:8080",
    "ServiceName": "shop-web-http@kubernetes",
    "StartUTC": "2026-11-23T15:00:01.123456789Z",
    "request_X-Meshlab-Nonce": "n0123456789",
}


def test_an_envoy_line_becomes_an_entry() -> None:
    entry = adapters.entry("envoy", json.dumps(ENVOY), "router", AT)
    assert entry is not None
    assert (entry.nonce, entry.authority, entry.status, entry.flags) == ("n0123456789-1", "catalog:8080", 504, "UT")
    assert (entry.duration_ms, entry.upstream_ms, entry.upstream_host) == (1371, None, "10.244.1.7:8080")
    assert (entry.pod, entry.node, entry.proxy) == ("router-1", "worker", "router")
    assert entry.t == pytest.approx(1795446001.25)


def test_a_traefik_line_becomes_an_entry() -> None:
    entry = adapters.entry("traefik", json.dumps(TRAEFIK), "edge", AT)
    assert entry is not None
    assert (entry.nonce, entry.status, entry.duration_ms, entry.upstream_ms) == ("n0123456789", 200, 12.5, 11.0)
    assert (entry.upstream_host, entry.downstream, entry.flags) == ("10.244.1.5:8080", "10.244.0.1:40112", "")


NGINX = {
    "msec": "1795446002.500",
    "status": "504",
    "request_time": "1.250",
    "http_x_meshlab_nonce": "n0123456789",
    "http_host": "shop.example",
    "request_uri": "/",
    "remote_addr": "10.244.0.1",
    "remote_port": "40112",
    "upstream_addr": "10.96.1.5:8080",
    "upstream_response_time": "1.200",
    "proxy_host": "web.shop",
}


def test_an_nginx_line_becomes_an_entry() -> None:
    entry = adapters.entry("nginx", json.dumps(NGINX), "nginx", AT)
    assert entry is not None
    assert (entry.nonce, entry.authority, entry.status, entry.duration_ms) == ("n0123456789", "shop.example", 504, 1250)
    assert (entry.upstream_cluster, entry.upstream_host, entry.downstream) == ("web.shop", "10.96.1.5:8080", "10.244.0.1:40112")
    assert entry.upstream_ms == 1200
    # NGINX writes when a request ends; the trail goes by when it began.
    assert entry.t == pytest.approx(1795446001.25)


def test_nginx_own_answers_have_no_upstream() -> None:
    entry = adapters.entry("nginx", json.dumps({**NGINX, "status": "404", "upstream_addr": ""}), "nginx", AT)
    assert entry is not None
    assert (entry.status, entry.upstream_host, entry.upstream_ms) == (404, "", None)


def test_recorded_lines_of_both_proxies_are_read(tmp_path: Path) -> None:
    """From a kind cluster: the lines of one request, among others."""
    lab = small_run(tmp_path).lab
    for name, nonce, lines in (("edge", "nec233a9e10", 1), ("router", "shoppers-meshlab-main-48f5c0-worker-535", 6)):
        text = (Path(__file__).parents[1] / f"recorded/access-{name}.log").read_text()
        found = logs.matching(text, [nonce], name, lab.proxies[name], AT)
        assert len(found) == lines < len(text.splitlines())
        for entry in found:
            assert entry.status == 200
            assert entry.authority
            assert entry.upstream_cluster
            assert entry.upstream_host.endswith(":8080")
            assert entry.downstream.count(":") == 1
            assert entry.duration_ms > 0 or entry.upstream_ms == 0
            assert 0 < entry.t - 1795452000 < 3600


@pytest.mark.parametrize("line", ["", "starting", "{", "[]", '{"level":"info","msg":"n0123456789"}', '{"nonce":1}'])
@pytest.mark.parametrize("adapter", ["envoy", "traefik", "nginx"])
def test_other_lines_are_none(adapter: str, line: str) -> None:
    assert adapters.entry(adapter, line, "router", AT) is None
