"""The files of hub_config: all that can be checked about them without Docker or a cluster."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator
from jupyterhub.metrics import SERVER_SPAWN_DURATION_SECONDS
from prometheus_client import CollectorRegistry
from traitlets.config import Config

from labhub.hub import metrics
from labhub.hub.jupyter import write_image_config
from labhub.hub.services import update_services
from labhub.hub.settings import load_settings
from tests.hub.test_base import desk_of, settings_of

ROOT = Path(__file__).parents[2]
HERE = ROOT / "hub_config"
KUBERNETES, DOCKER = HERE / "kubernetes", HERE / "docker"
VALUES = KUBERNETES / "values.yaml"


def findings(values: dict[str, Any]) -> list[str]:
    schema = json.loads((KUBERNETES / "values.schema.json").read_text())
    return [error.message for error in Draft202012Validator(schema).iter_errors(values)]


def test_the_configuration_is_short_and_leaves_the_last_word_to_the_operator() -> None:
    text = (HERE / "jupyterhub_config.py").read_text()
    assert len(text.splitlines()) < 50
    assert text.rstrip().splitlines()[-2].startswith("for extra in sorted(")


@pytest.mark.parametrize("folder", ["docker", "kubernetes"])
def test_each_example_of_hub_toml_is_right(folder: str) -> None:
    assert load_settings(HERE / folder / "hub.toml").spawner.backend == folder


def test_the_schema_itself_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads((KUBERNETES / "values.schema.json").read_text()))


def test_the_values_fit_their_schema() -> None:
    assert findings(yaml.safe_load(VALUES.read_text())) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("singleusr",), {}, "'singleusr' was unexpected"),
        (("hub", "netwrkPolicy"), {}, "'netwrkPolicy' was unexpected"),
        (("hub", "image", "tag"), "latest", "should not be valid"),
        (("singleuser", "networkPolicy", "enabled"), False, "True was expected"),
        (("cull", "enabled"), True, "False was expected"),
    ],
)
def test_a_mistake_in_the_values_is_found(
    path: tuple[str, ...], value: object, message: str
) -> None:
    values = yaml.safe_load(VALUES.read_text())
    table = values
    for step in path[:-1]:
        table = table[step]
    table[path[-1]] = value
    assert any(message in finding for finding in findings(values))


def test_the_code_in_the_values_names_functions_that_there_are() -> None:
    code = yaml.safe_load(VALUES.read_text())["hub"]["extraConfig"]["labhub"]
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    for node in imports:
        module = __import__(node.module or "", fromlist=["x"])
        assert all(hasattr(module, alias.name) for alias in node.names)


def test_every_object_of_the_cluster_is_one_that_kubernetes_knows() -> None:
    documents = list(yaml.safe_load_all((KUBERNETES / "cluster.yaml").read_text()))
    for each in documents:
        kubernetes_validate.validate(each, "1.33", strict=True)
    kinds = {each["kind"]: each for each in documents}
    policy = kinds["NetworkPolicy"]["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert all(rule.get("to") for rule in policy["egress"]), "no rule is for everywhere"


def test_in_a_cluster_the_services_listen_where_the_proxy_reaches_them(tmp_path: Path) -> None:
    settings = load_settings(KUBERNETES / "hub.toml")
    ports = yaml.safe_load(VALUES.read_text())["hub"]["service"]["extraPorts"]
    exposed = {each["port"] for each in ports}
    c = Config()
    settings = settings.model_copy(update={"state_dir": tmp_path})
    update_services(c, settings)
    for service in (each for each in c.JupyterHub.services if "url" in each):
        host, port = re.fullmatch(r"http://([^:]+):(\d+)", service["url"]).groups()
        assert host == "hub"
        assert int(port) in exposed
        assert {"0.0.0.0", "--ip=0.0.0.0"} & set(service["command"])


def test_compose_shares_the_network_and_name_that_servers_look_for() -> None:
    settings = load_settings(DOCKER / "hub.toml").spawner.docker
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    assert compose["services"]["hub"]["container_name"] == settings.hub_host
    assert compose["networks"]["labhub"]["name"] == settings.network
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["hub"]["ports"])


def test_images_copy_files_that_there_are() -> None:
    for file in DOCKER.glob("*.Dockerfile"):
        for line in re.findall(r"^COPY (.+) \S+$", file.read_text(), re.MULTILINE):
            assert all((ROOT / name).exists() for name in line.split())


def test_the_image_has_a_students_tools(tmp_path: Path) -> None:
    write_image_config(tmp_path)
    config = json.loads((tmp_path / "jupyter_server_config.json").read_text())
    assert config["ServerApp"]["jpserver_extensions"]["labhub.hub.inlab"] is True
    assert "Exchange.root" not in (tmp_path / "nbgrader_config.py").read_text()


def test_the_dashboard_asks_for_numbers_that_there_are(tmp_path: Path) -> None:
    dashboard = json.loads((HERE / "grafana" / "labhub-hub.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    registry = CollectorRegistry()
    metrics.register(desk_of(settings_of(tmp_path)), registry)
    ours = {family.name for family in registry.collect()}
    hubs = {family.name for family in SERVER_SPAWN_DURATION_SECONDS.collect()}
    asked = set(re.findall(r"(?:labhub|jupyterhub)_[a-z_]+", " ".join(expressions)))
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in asked} <= ours | hubs
    assert ours <= {re.sub("_(bucket|count|sum)$", "", name) for name in asked}
