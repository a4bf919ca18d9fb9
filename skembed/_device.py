"""Where a network trains: on the processor, or on a GPU where that is faster.

Steps of a small network are bound by what it costs to start operations, which a GPU
does not make less: it pays for wide layers and large batches, or for many steps that
are compiled into few kernels. Importing this module imports TensorFlow.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import tensorflow as tf

from skembed._architecture import Architecture

CPU = "/CPU:0"
# seconds, read off steps of Adam on 16 cores and on an NVIDIA H200, see
# `python -m benchmarks accelerators`
CPU_STEP, CPU_UNIT, CPU_PRODUCT, CPU_CORES = 1.2e-3, 1.3e-9, 3.3e-12, 16
GPU_START, GPU_STEP, GPU_UNIT = 2.0, 3.7e-3, 1.0e-10
FUSED_START, FUSED_STEP, FUSED_UNIT = 8.0, 0.4e-3, 3.0e-11


@dataclass(frozen=True)
class Place:
    """Where, and how, steps are run.

    Attributes
    ----------
    device : str
        As ``tf.device`` takes it.
    is_fused : bool
        Whether XLA compiles an epoch, anew for every size of a sample.
    """

    device: str = CPU
    is_fused: bool = False


@dataclass(frozen=True)
class Effort:
    """What there is to do.

    Attributes
    ----------
    sizes : Architecture
        The network.
    batch_size, n_steps : int
        Rows of a step, and how many steps there are.
    """

    sizes: Architecture
    batch_size: int
    n_steps: int

    def seconds(self, place: Place) -> float:
        """Estimate how long it takes, but for what all places have in common."""
        layers = self.sizes.layer_sizes
        units = self.batch_size * sum(n_inputs for n_inputs, _ in layers)
        products = self.batch_size * sum(n * m for n, m in layers)
        if place.is_fused:
            return FUSED_START + self.n_steps * (FUSED_STEP + FUSED_UNIT * units)
        if place.device != CPU:
            return GPU_START + self.n_steps * (GPU_STEP + GPU_UNIT * units)
        share = max(1.0, CPU_CORES / (os.cpu_count() or 1))
        work = CPU_UNIT * units + CPU_PRODUCT * products
        return self.n_steps * (CPU_STEP + share * work)


def choose_place(effort: Effort, can_fuse: bool) -> Place:
    """Choose where training takes the least time.

    Parameters
    ----------
    effort : Effort
        What there is to do.
    can_fuse : bool
        Whether XLA can compile all of it.

    Returns
    -------
    Place
        The processor where there is no GPU, none is visible to TensorFlow, or the
        caller has chosen the processor by ``tf.device``.

    Raises
    ------
    RuntimeError
        Within the scope of a distribution strategy.
    """
    if tf.distribute.has_strategy():
        raise RuntimeError(
            "skembed trains a network on one device: call fit outside of "
            "strategy.scope(). To use several devices or machines, fit several "
            "estimators at a time: n_jobs of GridSearchCV, or joblib.Parallel."
        )
    if effort.seconds(Place()) <= GPU_START:  # without a look, which takes memory
        return Place()
    device = tf.zeros(()).device  # where TensorFlow would put things here
    if "GPU" not in device:
        return Place()
    places = [Place(), Place(device)]
    if can_fuse and _has_cuda():
        places.append(Place(device, is_fused=True))
    return min(places, key=effort.seconds)


def _has_cuda() -> bool:
    """Say whether GPUs are such as XLA compiles for."""
    details = map(
        tf.config.experimental.get_device_details,
        tf.config.list_physical_devices("GPU"),
    )
    return all("compute_capability" in of_device for of_device in details)
