"""The limits of CPU time: of the process's control group and of all groups that it is nested in."""

import math

import pytest

from turncast.cores import cgroup_limit

V2 = "0::/system.slice/bot.service\n"
V1 = "5:memory:/a\n4:cpu,cpuacct:/docker/abc\n"


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        (V2, {}, math.inf),
        (V2, {"cpu.max": "max 100000"}, math.inf),
        (V2, {"cpu.max": "50000 100000"}, 0.5),
        (V2, {"system.slice/bot.service/cpu.max": "100000 100000"}, 1),
        (
            V2,
            {"system.slice/bot.service/cpu.max": "max 100000", "system.slice/cpu.max": "150000 100000"},
            1.5,
        ),
        (V2, {"system.slice/bot.service/cpu.max": "400000 100000", "cpu.max": "200000 100000"}, 2),
        (V2, {"other.slice/cpu.max": "100000 100000"}, math.inf),
        ("0::/../../outside\n", {"cpu.max": "300000 100000"}, 3),
        (V2, {"system.slice/cpu.max": "nonsense"}, math.inf),
        (V1, {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, math.inf),
        (
            V1,
            {
                "cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "250000",
                "cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000",
            },
            2.5,
        ),
        ("", {"cpu.max": "100000 100000"}, 1),
    ],
)
def test_the_least_limit_of_all_groups_counts(groups, files, limit, tmp_path):
    root, process = tmp_path / "cgroup", tmp_path / "self"
    process.write_text(groups)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content + "\n")
    assert cgroup_limit(root, process) == limit


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert cgroup_limit(tmp_path, tmp_path / "none") == math.inf
