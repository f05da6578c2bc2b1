"""What must never leave a machine does not, and what is needed to understand a failure stays."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from meshlab.logs.redaction import MARK, redacted

SECRET = "s3cr3t-S3CR3T-s3cr3t"
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ.c2lnbmF0dXJl-abc_DEF"
BODY = "MIIEpAIBAAKCAQEAx5secretsecretsecret\nsecretsecretsecretsecretsecret=="
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----"
HOME = Path("/home/wei")


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"'authorization': 'Bearer {JWT}'",
        f'{{"Authorization":"Basic {SECRET}"}}',
        f"authorization: {SECRET}",
        f"the API server got bearer {SECRET} and said no",
        f"token: {SECRET}",
        f'"token": "{SECRET}"',
        f'{{\\"token\\":\\"{SECRET}\\"}}',
        f"kubeadm join --token {SECRET} --discovery-token-ca-cert-hash sha256:1",
        f"--password={SECRET}",
        f'"auth": "{SECRET}"',
        f'"identitytoken": "{SECRET}", "serveraddress": "registry.example.com"',
        f"client-key-data: {SECRET}",
        f"client_secret={SECRET}&grant_type=x",
        f"pull from https://wei:{SECRET}@registry.example.com/v2/ failed",
        f"HTTPS_PROXY=http://:{SECRET}@proxy.example.com:3128",
        f'password: "two words {SECRET}"',
        f'"password": "with \\" a quote {SECRET}"',
    ],
)
def test_credentials_are_taken_out(text: str) -> None:
    told = redacted(text, HOME)
    assert MARK in told
    assert SECRET not in told
    assert JWT not in told


def test_a_web_token_is_known_by_its_shape() -> None:
    assert redacted(f"unexpected answer {JWT} of the TokenRequest", HOME) == f"unexpected answer {MARK} of the TokenRequest"


def test_the_token_for_joining_is_known_by_its_shape() -> None:
    assert redacted("using abcdef.0123456789abcdef as it was told", HOME) == f"using {MARK} as it was told"


@pytest.mark.parametrize("kind", ["RSA ", "EC ", ""])
def test_private_keys_are_taken_out_whole(kind: str) -> None:
    key = KEY.replace("RSA ", kind)
    assert redacted(f"before\n{key}\nafter", HOME) == f"before\n{MARK}\nafter"
    assert "secret" not in redacted(json.dumps({"key": key}), HOME)


def test_what_is_left_of_a_key_that_was_cut_off_is_taken_out() -> None:
    assert "secretsecret" not in redacted(KEY[: len(KEY) // 2], HOME)
    assert "secretsecret" not in redacted(KEY[40:] + "\nafter", HOME)
    assert redacted(KEY[40:] + "\nafter", HOME).endswith("after")


def test_nothing_of_a_kubeconfig_lets_anybody_in() -> None:
    data = base64.b64encode(KEY.encode()).decode()
    user = {"client-certificate-data": data, "client-key-data": data, "token": SECRET, "username": "x", "password": SECRET}
    config = {"users": [{"name": "u", "user": user}], "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}]}
    for text in (json.dumps(config), json.dumps(config, indent=1), yaml.safe_dump(config), repr(config)):
        told = redacted(text, HOME)
        assert data not in told
        assert SECRET not in told
        assert "https://127.0.0.1:1" in told
    assert json.loads(redacted(json.dumps(config), HOME))["users"][0]["user"]["token"] == MARK


def test_the_home_folder_is_no_name() -> None:
    told = redacted('no such file: "/home/wei/.kube/config", /home/wei, /home/weiming/x and /mnt/home/wei/y', HOME)
    assert told == 'no such file: "~/.kube/config", ~, /home/weiming/x and /mnt/home/wei/y'


def test_a_home_that_is_the_root_changes_nothing() -> None:
    assert redacted("/etc/hosts", Path("/")) == "/etc/hosts"


@pytest.mark.parametrize(
    "text",
    [
        "`docker exec meshlab-main-control-plane crictl pull registry.k8s.io/pause:3.10` ended with code 1: not found",
        "Reading Secret shop/tls was refused (403): secrets is forbidden: User cannot get resource.",
        "GET https://127.0.0.1:34567/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb: 503",
        "kubelet: failed to pull image envoyproxy/envoy:v1.33.0: dial tcp 10.0.0.1:443: i/o timeout",
        '{"event":"judged","check":"reach","outcome":"fail","reason":"object.mismatch","seen":"v1=20 v2=80"}',
        "pod web-5d4b8f7c9d-x2x4z on node meshlab-main-worker2 uses 1.35.0+build.7",
        "basic auth is not what this is about; a bearer of news",
    ],
)
def test_what_explains_a_failure_stays(text: str) -> None:
    assert redacted(text, HOME) == text


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "QUJD" * 50_000, "\\" * 20_000, "://" * 50_000, "token " * 30_000, "eyJ" * 60_000]
)
def test_a_long_text_takes_as_long_as_many_short_ones(text: str) -> None:
    """Patterns that go back and forth would take minutes here."""
    assert redacted(text, HOME)
