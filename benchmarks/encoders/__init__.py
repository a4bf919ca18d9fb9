"""Encoded levels as features of other models: ``python -m benchmarks encoders``."""

SUMMARY = "see what encoded levels are worth to other models"
DESCRIPTION = """\
Ask what encoded levels are worth to ridge or logistic regression and to gradient
boosting: EmbeddingEncoder against itself without cross-fitting and against
scikit-learn's TargetEncoder, on tables with a column of nothing, on generated effects
and on real tables. Each seed draws the table and its test rows anew. Takes about two
hours.
"""
