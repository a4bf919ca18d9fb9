"""When a GPU pays: ``python -m benchmarks accelerators``."""

SUMMARY = "see when a GPU pays"
DESCRIPTION = """\
Ask when a GPU pays. Networks of several sizes (model="network") are fitted on the
processor alone, and where skembed chooses to train: on a GPU, if TensorFlow finds one
and it is estimated to be faster. Each fit runs in a process of its own that has fitted
something small before, so that libraries are loaded; what is compiled for the network
at hand counts. Without a GPU both train on the processor.
"""
