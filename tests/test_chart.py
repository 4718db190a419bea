"""The chart through Helm itself, and what it renders through Kubernetes' own schemas."""

from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from service import VERSION
from service.settings import SERVING
from tests.house import ROOT

CHART = ROOT / "helm"
INFORMATION = 1
"""Helm's severity of a remark."""
PUBLIC = {"settings": {"PUBLIC_URL": "https://pager.example"}}
EVERYTHING: dict[str, Any] = {
    "settings": {"PUBLIC_URL": "https://pager.example/base", "SMS_PER_SECOND": 0.5},
    "secrets": {"WEBHOOK_SECRET_ZENDESK": {"name": "zendesk", "key": "secret"}},
    "image": {"repository": "registry.example/heliograph", "digest": "sha256:" + "a" * 64},
    "imagePullSecrets": [{"name": "registry"}],
    "documents": {"configMap": "policy"},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls"},
    "networkPolicy": {"enabled": True, "from": [{"namespaceSelector": {}}]},
    "podLabels": {"team": "support"},
    "podAnnotations": {"note": "1"},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "x", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "service": {"type": "NodePort", "port": 8080, "annotations": {"a": "b"}},
}


def render(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The rendered objects by `Kind/name`."""
    with helm_python.Chart.load(str(CHART)) as chart:
        rendered = chart.render(values, name="night", namespace="support")
    files = [text for name, text in rendered.items() if name.endswith(".yaml")]
    objects = [each for text in files for each in yaml.safe_load_all(text) if each]
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in objects}


def pods(objects: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        each["spec"]["template"]["spec"]
        for each in objects.values()
        if each["kind"] in ("Deployment", "Job")
    ]


@pytest.mark.parametrize("values", [{}, PUBLIC, EVERYTHING])
def test_helm_finds_nothing_to_complain_about(values: dict[str, Any]) -> None:
    found = helm_python.lint(str(CHART), values, strict=True)
    assert found["total_charts_linted"] == 1
    assert [each for each in found["messages"] if each["severity"] > INFORMATION] == []


@pytest.mark.parametrize("values", [{}, PUBLIC, EVERYTHING])
def test_kubernetes_knows_every_field(values: dict[str, Any]) -> None:
    objects = render(values)
    for each in objects.values():
        kubernetes_validate.validate(each, "1.37", strict=True)
        kubernetes_validate.validate(each, "1.29", strict=True)
    assert {"Deployment/night-heliograph-web", "Deployment/night-heliograph-worker"} <= set(objects)


@pytest.mark.parametrize("values", [PUBLIC, EVERYTHING])
def test_no_pod_has_more_rights_than_it_needs(values: dict[str, Any]) -> None:
    found = pods(render(values))
    assert len(found) == 3
    for pod in found:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


def test_every_pod_has_the_settings_that_production_requires_and_secrets_by_reference() -> None:
    for pod in pods(render(EVERYTHING)):
        entries = pod["containers"][0]["env"]
        environment = {entry["name"]: entry for entry in entries}
        assert len(environment) == len(entries)
        assert {f"HELIOGRAPH_{name}" for name in SERVING} <= set(environment)
        for name in ("DATABASE_URL", "SECRET_KEY", "WEBHOOK_SECRET_ZENDESK"):
            assert "value" not in environment[f"HELIOGRAPH_{name}"]
            assert environment[f"HELIOGRAPH_{name}"]["valueFrom"]["secretKeyRef"]["key"]
        assert environment["HELIOGRAPH_SMS_PER_SECOND"]["value"] == "0.5"


def test_web_is_probed_and_drained_and_workers_are_given_time() -> None:
    objects = render(PUBLIC)
    web = objects["Deployment/night-heliograph-web"]["spec"]["template"]["spec"]
    (container,) = web["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["args"] == ["web"]
    worker = objects["Deployment/night-heliograph-worker"]["spec"]["template"]["spec"]
    for pod in (web, worker):
        assert pod["terminationGracePeriodSeconds"] > 30
    assert "PodDisruptionBudget/night-heliograph-worker" in objects


def test_the_public_address_is_the_ingress_where_no_other_is_given() -> None:
    for values, expected in (
        ({"ingress": {"enabled": True, "host": "pager.example"}}, "https://pager.example"),
        (PUBLIC, "https://pager.example"),
        ({}, None),
    ):
        environment = pods(render(values))[0]["containers"][0]["env"]
        found = [each["value"] for each in environment if each["name"] == "HELIOGRAPH_PUBLIC_URL"]
        assert found == ([expected] if expected else [])


def test_the_database_is_migrated_before_anything_runs() -> None:
    (job,) = (each for each in render(PUBLIC).values() if each["kind"] == "Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["migrate"]


def test_selectors_match_their_pods_and_the_service_reaches_web_alone() -> None:
    objects = render(EVERYTHING)
    service = objects["Service/night-heliograph"]["spec"]["selector"]
    for name in ("web", "worker"):
        spec = objects[f"Deployment/night-heliograph-{name}"]["spec"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()
        assert (service.items() <= labels.items()) == (name == "web")
        budget = objects[f"PodDisruptionBudget/night-heliograph-{name}"]["spec"]["selector"]
        assert budget["matchLabels"].items() <= labels.items()


def test_the_image_is_pinned_where_a_digest_is_given_and_the_ingress_takes_the_public_host() -> (
    None
):
    objects = render(EVERYTHING)
    image = pods(objects)[0]["containers"][0]["image"]
    assert image == "registry.example/heliograph@sha256:" + "a" * 64
    (rule,) = objects["Ingress/night-heliograph"]["spec"]["rules"]
    assert rule["host"] == "pager.example"
    assert pods(render(PUBLIC))[0]["containers"][0]["image"] == "heliograph:0.1.0"


@pytest.mark.parametrize(
    "values",
    [
        {"settings": {"PUBLIC_URL": "http://pager.example"}},
        {"settings": {**PUBLIC["settings"], "TWILIO_AUTH_TOKEN": "in the clear"}},
        {"settings": {**PUBLIC["settings"], "WEBHOOK_SECRET_JIRA": "in the clear"}},
        {"settings": {**PUBLIC["settings"], "HELIOGRAPH_PORT": "1"}},
        {**PUBLIC, "secrets": {"SECRET_KEY": "in the clear"}},
        {**PUBLIC, "web": {"replicas": 0}},
        {**PUBLIC, "replicas": 3},
        {"ingress": {"enabled": True}},
        {**PUBLIC, "image": {"digest": "latest"}},
    ],
)
def test_values_that_would_not_work_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(helm_python.HelmError):
        render(values)


def test_the_chart_and_the_code_have_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == VERSION
