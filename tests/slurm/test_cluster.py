"""The Slurm of the tests is a real one: GPUs are shared out, the third job waits."""

import pytest

from tests.slurm.cluster import Slurm

pytestmark = [pytest.mark.slurm, pytest.mark.slow, pytest.mark.xdist_group("slurm")]
ONE_GPU = ("--gres=gpu:1", "--mem=100")


def test_two_gpu_jobs_get_different_devices_and_the_third_waits(slurm: Slurm) -> None:
    script = 'echo "device $CUDA_VISIBLE_DEVICES"; sleep 60'
    first, second, third = (slurm.submit(script, *ONE_GPU) for _ in range(3))
    slurm.wait_for(first, "RUNNING")
    slurm.wait_for(second, "RUNNING")
    assert slurm.state(third) == "PENDING"
    slurm.run("scancel", first)
    slurm.wait_for(third, "RUNNING")
    devices = [(slurm.folder / f"{job}.log").read_text().splitlines()[0] for job in (first, second)]
    assert devices == ["device 0", "device 1"]


def test_more_gpus_than_there_are_is_refused_at_once(slurm: Slurm) -> None:
    with pytest.raises(Exception, match="returned non-zero exit status"):
        slurm.submit("true", "--gres=gpu:3")
