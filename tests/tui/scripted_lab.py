# ruff: noqa: E501
"""The router mesh lab as data, small but shaped like the real one: what the scripted run shows."""

from __future__ import annotations

from typing import Any

import msgspec

from meshlab.lab.model import Lab

STEPS = ("look", "router", "canary", "policy", "router-dies", "bad-line")

LAB: dict[str, Any] = {
    "schema": 1,
    "stage": "2",
    "minutes": 60,
    "clusters": {"main": {"workers": 2}},
    "services": {
        name: {"select": {"app": name}, "url": f"http://{name}:8080/"}
        for name in ("web", "catalog", "reviews", "pricing", "ratings", "legacy")
    }
    | {"edge": {"select": {"app": "edge"}}},
    "proxies": {
        "router": {"select": {"app": "router"}},
        "edge": {"select": {"app": "edge"}, "container": "traefik", "adapter": "traefik"},
    },
    "graph": {
        "edge": ["web"],
        "web": ["catalog", "reviews"],
        "catalog": ["pricing"],
        "pricing": ["legacy"],
        "reviews": ["ratings"],
    },
    "steps": [
        {
            "id": "look",
            "checks": [
                {"id": "shop-answers", "role": "guard", "path": {"from": "edge", "to": "web"}},
                {
                    "id": "how-many",
                    "fresh": "answer.none",
                    "answer": {"kind": "choice", "choices": ["one", "none"], "equals": "none"},
                },
            ],
        },
        {
            "id": "router",
            "checks": [
                {"id": "router-ready", "fresh": "object.missing", "object": {"ref": {"kind": "Deployment", "name": "router"}}},
                {
                    "id": "catalog-routed",
                    "fresh": "blocked",
                    "needs": ["router-ready"],
                    "path": {"from": "web", "to": "catalog", "through": [{"proxy": "router"}]},
                },
                {
                    "id": "all-routed",
                    "fresh": "blocked",
                    "needs": ["catalog-routed"],
                    "path": {"from": "web", "to": ["catalog", "reviews"], "through": [{"proxy": "router"}]},
                },
                {"id": "apps-untouched", "role": "guard", "object": {"ref": {"kind": "Pod", "labels": {"tier": "app"}}}},
            ],
            "hints": [{"id": "h1"}, {"id": "h2"}],
        },
        {
            "id": "canary",
            "checks": [
                {
                    "id": "weights",
                    "fresh": "share.off",
                    "share": {"from": "web", "to": "catalog", "version": "v2", "share": 0.17, "nearest": 0.5},
                }
            ],
        },
        {
            "id": "policy",
            "checks": [
                {"id": "bypass-closed", "fresh": "denied.reachable", "denied": {"from": "web", "to": ["catalog"]}},
            ],
        },
        {
            "id": "router-dies",
            "checks": [
                {
                    "id": "everyone-reaches",
                    "role": "phase",
                    "when": "experiment",
                    "matrix": {"rows": ["web"], "columns": ["catalog"], "cells": [{"expect": 0}]},
                },
                {
                    "id": "router-dies-done",
                    "when": "asked",
                    "fresh": "experiment.not-run",
                    "experiment": {"experiment": "router-down"},
                },
            ],
            "experiments": [
                {
                    "id": "router-down",
                    "prediction": {"kind": "matrix", "matrix": "everyone-reaches"},
                    "phases": [
                        {
                            "id": "down",
                            "apply": [{"kind": "scale", "target": {"kind": "Deployment", "name": "router"}, "replicas": 0}],
                            "checks": ["everyone-reaches"],
                        },
                        {"id": "repaired", "undo": True},
                    ],
                }
            ],
        },
        {
            "id": "bad-line",
            "checks": [
                {
                    "id": "bad-line-done",
                    "when": "asked",
                    "fresh": "experiment.not-run",
                    "experiment": {"experiment": "bad-line"},
                }
            ],
            "experiments": [
                {
                    "id": "bad-line",
                    "prediction": {"kind": "choice", "choices": ["all-fail", "frozen", "nothing"], "equals": "frozen"},
                    "phases": [{"id": "broken"}],
                }
            ],
        },
    ],
}

TITLES = {
    "en": {
        "lab": "Router mesh",
        "look": "Look around",
        "router": "Put the router in front",
        "canary": "Canary, weights, a timeout",
        "policy": "Close the bypass",
        "router-dies": "The router dies",
        "bad-line": "One bad line",
        "shop-answers": "The shop answers through the edge",
        "how-many": "How many proxies does a call from web to catalog pass?",
        "router-ready": "A router runs with the lab's routes",
        "catalog-routed": "Calls to catalog pass the router",
        "all-routed": "Calls to every service pass the router",
        "apps-untouched": "No application was changed: same pods, same spec",
        "weights": "17 % of the calls to catalog reach v2",
        "bypass-closed": "Nobody reaches a pod past the router",
        "router-dies-done": "You predicted what the router's death breaks, and measured it",
        "bad-line-done": "You predicted what one bad line does",
        "router-down": "The router dies",
        "ask": "The router is scaled to 0. Every Service still points at it. **Who will still reach whom?**",
        "ask2": "One line of the router's configuration is broken while it runs. **What happens to requests?**",
        "all-fail": "All requests fail at once",
        "frozen": "Requests go on; nobody's next change arrives",
        "nothing": "The router repairs the line itself",
        "explained": "Every call between services passes one place. Its death is everybody's: *this is the price of the router mesh*.",
    },
    "zh": {
        "lab": "路由器网格",
        "look": "四处看看",
        "router": "把路由器放到前面",
        "canary": "金丝雀、权重与超时",
        "policy": "堵住旁路",
        "router-dies": "路由器失效",
        "bad-line": "一行坏配置",
        "shop-answers": "商店经边缘代理可以访问",
        "how-many": "从 web 到 catalog 的调用经过几个代理？",
        "router-ready": "路由器已运行，并带有本实验的路由",
        "catalog-routed": "到 catalog 的调用经过路由器",
        "all-routed": "到每个服务的调用都经过路由器",
        "apps-untouched": "应用没有改动：同样的 Pod，同样的 spec",
        "weights": "到 catalog 的调用有 17 % 到达 v2",
        "bypass-closed": "没有人能绕过路由器到达 Pod",
        "router-dies-done": "你预测了路由器失效的影响，并做了测量",
        "bad-line-done": "你预测了一行坏配置的影响",
        "router-down": "路由器失效",
        "ask": "路由器缩到 0，而每个 Service 仍指向它。**谁还能到达谁？**",
        "ask2": "路由器运行时，它的配置有一行被写坏。**请求会怎样？**",
        "all-fail": "所有请求立刻失败",
        "frozen": "请求照常，但谁的下一次变更都不会生效",
        "nothing": "路由器自己修好这一行",
        "explained": "服务之间的每个调用都经过同一处。它的失效就是所有人的失效：*这是路由器网格的代价*。",
    },
}

PAGES = {
    "en": {
        "look": "# Look around\n\nThe shop runs on three nodes, with Traefik at its door and **no router** behind it.\n\n```bash\n"
        "kubectl -n shop get pods -o wide\n```\n\nSend one request and see the path it takes: press `t`.\n",
        "router": "# Put the router in front\n\nA router stands behind **every** Service when the Service's `selector` is "
        "flipped to it. No application changes: callers still say `http://catalog:8080/`.\n\n"
        "## Keep a way to the pods\n\nThe router itself must still find them:\n\n"
        "```bash\nkubectl -n shop apply -f solve/router/20-direct.yaml\n```\n\n"
        "## Flip one Service\n\n```bash\nkubectl -n shop patch svc catalog --type=json -p "
        '\'[{"op":"replace","path":"/spec/selector","value":{"app":"router"}}]\'\n```\n\n'
        "> **Why not the application?** Every team would have to change, build and roll out its own.\n",
    },
    "zh": {
        "look": "# 四处看看\n\n商店运行在三个节点上，门口是 Traefik，后面**没有路由器**。\n\n```bash\n"
        "kubectl -n shop get pods -o wide\n```\n\n发一个请求，看它走过的路径：按 `t`。\n",
        "router": "# 把路由器放到前面\n\n把 Service 的 `selector` 翻转到路由器，它就站到了**每个** Service 的后面。应用无需改动："
        "调用方仍然写 `http://catalog:8080/`。\n\n## 留一条通向 Pod 的路\n\n路由器自己仍要找到它们：\n\n"
        "```bash\nkubectl -n shop apply -f solve/router/20-direct.yaml\n```\n\n"
        "## 翻转一个 Service\n\n```bash\nkubectl -n shop patch svc catalog --type=json -p "
        '\'[{"op":"replace","path":"/spec/selector","value":{"app":"router"}}]\'\n```\n\n'
        "> **为什么不改应用？** 每个团队都得各自修改、构建、发布。\n",
    },
}

HINTS = {
    "en": (
        "Which pods does `kubectl -n shop get endpointslices` list behind *catalog*?",
        "The Service keeps its name and port; only `selector` and `targetPort` change.",
    ),
    "zh": (
        "`kubectl -n shop get endpointslices` 列出 *catalog* 背后是哪些 Pod？",
        "Service 的名字和端口不变，只改 `selector` 和 `targetPort`。",
    ),
}


def lab() -> Lab:
    """The lab, decoded as the loader would."""
    return msgspec.convert(LAB, Lab)
