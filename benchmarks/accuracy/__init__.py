"""Accuracy on real corpora: published protocols, networks, ensembles and vectors."""
