"""How a server is told which GPU is its own.

CUDA_VISIBLE_DEVICES is a sign on a door, not a lock: a device list of systemd or of a container,
or a MIG slice, is what keeps somebody out.
"""

from labhub.hub.gpus.seats import Seat

MIB = 1 << 20
# Files that every program needs that computes on some GPU.
COMMON_FILES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")


def gpu_environment(seat: Seat | None) -> dict[str, str]:
    """The variables of a server that holds a seat, or none.

    A share's memory is kept by PyTorch itself, and by CUDA's multi-process service where it runs.
    """
    values = {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": seat.device.uuid if seat else "",
        "NVIDIA_VISIBLE_DEVICES": seat.device.uuid if seat else "void",
    }
    if seat and seat.shares > 1:
        values["PYTORCH_CUDA_ALLOC_CONF"] = f"per_process_memory_fraction:{1 / seat.shares:.3f}"
        values["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] = f"0={seat.memory_bytes // MIB}M"
    return values
