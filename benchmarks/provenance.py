"""Where the numbers of a report come from."""

from __future__ import annotations

import pandas as pd

from benchmarks.wording import counted, listed


def provenance(cells: pd.DataFrame, benchmark: str) -> str:
    """Say what measured cells, when, from which code and on what; all values once.

    Parameters
    ----------
    cells : DataFrame
        Lines of a file of results, of one size; several commits and versions if it was
        filled by several.
    benchmark : str
        The command that measured them.

    Returns
    -------
    str
        A paragraph of Markdown; that nothing was measured if there are no cells.
    """
    if cells.empty:
        return "Nothing was measured."
    quick = " --quick" if (cells["size"] == "quick").any() else ""
    dates = sorted(cells["date"].unique())
    when = f"on {dates[0]}" if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}"
    pairs = cells[["machine", "cores"]].drop_duplicates().itertuples(index=False)
    machines = [f"{machine} with {counted(cores, 'core')}" for machine, cores in pairs]
    commits = list(map(str, cells["commit"].unique()))
    changed = any(commit.endswith("+") for commit in commits)
    plus = " (+: with changes)" if changed else ""
    return (
        f"Measured by `python -m benchmarks {benchmark}{quick}` {when}, at commit "
        f"{listed(commits)}{plus}, on {listed(machines)}, with "
        f"{_versions(cells['versions'])}."
    )


def _versions(column: pd.Series) -> str:
    """Name each package once, with all its versions."""
    found: dict[str, list[str]] = {}
    for text in column.unique():
        for item in text.split(", "):
            package, _, version = item.rpartition(" ")
            versions = found.setdefault(package, [])
            if version not in versions:
                versions.append(version)
    return ", ".join(f"{name} {listed(versions)}" for name, versions in found.items())
