"""The speed of single parts: layers, a live turn, an ONNX step, words, and the size of an install."""
