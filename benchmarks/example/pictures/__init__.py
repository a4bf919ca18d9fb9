"""Pictures of the motivating example: every file of this folder draws one."""

from __future__ import annotations

from pathlib import Path

from benchmarks.example import tokens
from benchmarks.example.fitted import Example
from benchmarks.example.pictures import embedding, loss_curve, outcomes, similarity
from benchmarks.pictures.style import in_style


def draw_all(example: Example, out: Path) -> list[Path]:
    """Write the pictures into a folder and return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with in_style():
        figures = {
            "loss_curve": loss_curve.draw(example, tokens.NOISE**2),
            "outcomes": outcomes.draw(example),
            "embedding": embedding.draw(example),
            "similarity": similarity.draw(example),
        }
        for name, figure in figures.items():
            written.append(out / f"{name}.png")
            figure.savefig(written[-1])
    return written
