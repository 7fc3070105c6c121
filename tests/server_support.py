"""What the tests of the server share."""


def assert_problem(answer, status, kind, where):
    """An error has the one shape, and nothing else."""
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert list(problem) == ["type", "message", "where", "cure"]
    assert (problem["type"], problem["where"]) == (kind, where)
    assert all(isinstance(value, str) and value for value in problem.values())
    assert answer.headers["content-type"] == "application/json"
    return problem
