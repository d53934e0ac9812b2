"""A Hub that is ended and started again finds its servers; who waited keeps no ghost."""

from collections.abc import Iterator

import pytest

from tests.slurm.campus import HubProcess, campus
from tests.slurm.cluster import Slurm
from tests.slurm.person import logged_in

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("slurm"),
]


@pytest.fixture(scope="module")
def hub(shared_slurm: Slurm) -> Iterator[HubProcess]:
    """A Hub without sessions."""
    with campus(shared_slurm, {"g1": ["ada", "bob", "cyd"]}) as hub:
        yield hub


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_servers_go_on_without_the_hub_and_are_found_again(
    hub: HubProcess, slurm: Slurm, how: str
) -> None:
    with logged_in(hub, "ada") as ada:
        ada.ask()
        ada.wait_until_ready()
        ada.run_cell("open('kept.txt', 'w').write('mine')")
    [job] = slurm.jobs()
    getattr(hub, how)()
    assert slurm.state(job) == "RUNNING"
    hub.start()
    with logged_in(hub, "ada") as ada:
        ada.wait_until_ready()
        assert ada.run_cell("print(open('kept.txt').read())") == "mine"
        assert slurm.jobs() == [job]
        ada.stop_server()
        ada.wait_until_gone()
    assert slurm.wait_for(job, "CANCELLED")


def test_who_waits_while_the_hub_restarts_keeps_the_place(hub: HubProcess, slurm: Slurm) -> None:
    blocker = slurm.submit("sleep 600", "--gres=gpu:2", "--mem=100")
    with logged_in(hub, "bob") as bob:
        bob.ask()
        bob.told(until_word="in the queue")
    before = slurm.jobs()
    hub.kill()
    hub.start()
    assert slurm.jobs() == before
    with logged_in(hub, "bob") as bob:
        assert bob.ask().status_code == 202
        bob.told(until_word="in the queue")
        assert slurm.jobs() == before
        slurm.run("scancel", blocker)
        bob.wait_until_ready()
        assert bob.run_cell("print(6 * 7)") == "42"
        bob.stop_server()
        bob.wait_until_gone()
    slurm.wait_until_gone()


def test_a_job_that_begins_when_nobody_awaits_it_any_more_ends_itself(
    hub: HubProcess, slurm: Slurm
) -> None:
    blocker = slurm.submit("sleep 600", "--gres=gpu:2", "--mem=100")
    with logged_in(hub, "cyd") as cyd:
        cyd.ask()
        cyd.told(until_word="in the queue")
    [job] = set(slurm.jobs()) - {blocker}
    hub.kill()
    hub.start()
    slurm.run("scancel", blocker)
    slurm.wait_for(job, "FAILED")
    [log] = hub.settings.homes_dir.glob(f"cyd/.slurm-{job}.log")
    assert "The Hub does not wait for this server any more" in log.read_text()
