"""What an optimizer remembers, copied out and put back.

Importing this module imports Keras.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from skembed._memory import Memory, Past
from skembed._resident import Workspace

TABLE = re.compile(r"embedding_(\d+)/embeddings$")


class _Slots(NamedTuple):
    """The variables of an optimizer, by what they belong to."""

    scalars: list[Any]
    tables: list[list[Any]]
    others: list[list[Any]]


def remembered(workspace: Workspace, table_rows: Sequence[int]) -> Memory:
    """Copy what the optimizer remembers.

    Parameters
    ----------
    workspace : Workspace
        After a training.
    table_rows : sequence of int
        How many rows of each embedding table are in use.

    Returns
    -------
    Memory
        Without the rows by which tables are longer.
    """
    slots = _slots(workspace)
    tables = zip(slots.tables, table_rows, strict=True)
    return Memory(
        scalars=tuple(slot.numpy() for slot in slots.scalars),
        tables=tuple(tuple(s.numpy()[:n] for s in table) for table, n in tables),
        others=tuple(tuple(s.numpy() for s in other) for other in slots.others),
    )


def go_on(workspace: Workspace, past: Past) -> None:
    """Have a training, which is prepared, go on from another one.

    Parameters
    ----------
    workspace : Workspace
        Of the same network, of which tables may be longer now.
    past : Past
        What has been before.
    """
    for stage in workspace.stages:
        stage.occurred(past.occurrences[stage.j])
    if past.memory is None:
        return
    slots, memory = _slots(workspace), past.memory
    _check_same(slots, memory, type(workspace.optimizer).__name__)
    for slot, value in zip(slots.scalars, memory.scalars, strict=True):
        slot.assign(value)
    variables = [*slots.tables, *slots.others]
    for of_one, arrays in zip(variables, [*memory.tables, *memory.others], strict=True):
        for slot, array in zip(of_one, arrays, strict=True):
            value = slot.numpy()
            value[: len(array)] = array
            slot.assign(value)


def _check_same(slots: _Slots, memory: Memory, name: str) -> None:
    """Raise unless one optimizer remembers as many things as the other did."""
    counts, counts_before = (
        [len(of.scalars), *map(len, of.tables), *map(len, of.others)]
        for of in (slots, memory)
    )
    if counts != counts_before:
        raise ValueError(
            "partial_fit, and fit with warm_start=True, go on with what the optimizer "
            f"remembers, which is not what {name} does: keep the optimizer, or set "
            "warm_start=False, or take a clone, to start anew."
        )


def _slots(workspace: Workspace) -> _Slots:
    optimizer, trained = workspace.optimizer, workspace.trained
    pairs = list(zip(optimizer.variables, workspace.owners, strict=True))
    by_owner = [[v for v, owner in pairs if owner == i] for i in range(len(trained))]
    scalars = [variable for variable, owner in pairs if owner is None]
    expected = [() if owner is None else trained[owner].shape for _, owner in pairs]
    found = [variable.shape for variable in optimizer.variables]
    if list(map(tuple, found)) != list(map(tuple, expected)):
        raise ValueError(
            f"{type(optimizer).__name__} cannot go on from where it stopped: "
            "partial_fit takes an optimizer that remembers something of each weight, "
            "such as 'adam'."
        )
    tables, others = {stage.j: stage.remembered for stage in workspace.stages}, []
    n_whole = len(trained) - len(workspace.stages)
    for variable, slots in zip(trained[:n_whole], by_owner[:n_whole], strict=True):
        table = TABLE.search(variable.path)
        if table:
            tables[int(table[1])] = slots
        else:
            others.append(slots)
    return _Slots(scalars, [tables[j] for j in sorted(tables)], others)
