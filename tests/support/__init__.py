"""Helpers of the tests: corpora, policies, servers, and checks that several tests share."""
