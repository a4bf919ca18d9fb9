"""The whole predictor as an ONNX graph: from raw levels and numbers to predictions.

Its modules have the names of those whose arithmetic they write down.
"""
