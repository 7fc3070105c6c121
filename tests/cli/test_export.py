"""`turncast export`, as a user runs it."""

import json

import pytest

from support.cli import refused, run, run_code
from support.corpora import QUICK, tiny
from turncast import NetworkConfig, train
from turncast.runtime import OnnxNetwork


@pytest.mark.quick
def test_export(saved, policy, tmp_path):
    file = tmp_path / "new" / "model.onnx"
    done = run("export", saved, "--onnx", file)
    assert (done.returncode, done.stderr) == (0, "")
    actions, size = len(policy.space), file.stat().st_size
    assert done.stdout == (
        f"Wrote {file}, {size:,} bytes: bits (B, K), state_0_output (B, 8), state_0_memory (B, 8) -> "
        f"probabilities (B, {actions}), new_state_0_output (B, 8), new_state_0_memory (B, 8)\n"
    )
    assert OnnxNetwork(file).num_features == policy.encoder.width

    assert refused(run("export", saved, "--onnx", file)) == (
        f"{file}: the file exists; give --force (force=True) to replace it, or choose another name"
    )
    file.write_bytes(b"old")
    done = run("export", saved, "--onnx", file, "--force", "--json")
    assert json.loads(done.stdout) == {
        "file": str(file),
        "inputs": {"bits": ["B", "K"], "state_0_output": ["B", 8], "state_0_memory": ["B", 8]},
        "outputs": {
            "probabilities": ["B", actions],
            "new_state_0_output": ["B", 8],
            "new_state_0_memory": ["B", 8],
        },
        "bytes": size,
    }
    assert [path.name for path in file.parent.iterdir()] == ["model.onnx"]
    assert refused(run("export", saved, "--onnx", tmp_path, "--force")) == (
        f"{tmp_path}: a folder is in the way; name a file"
    )


def test_help():
    done = run("export", "--help")
    assert done.returncode == 0
    assert "Examples" in done.stdout


def test_no_model(tmp_path):
    message = refused(run("export", "nope", "--onnx", "model.onnx", cwd=tmp_path))
    assert message == "nope: there is no such folder; give a folder that `turncast train` made"


def test_a_network_that_cannot_be_written_leaves_nothing(tmp_path):
    network = NetworkConfig(units=8, cell="transformer")
    train(tiny(), network=network, config=QUICK).save(tmp_path / "model")
    message = refused(run("export", "model", "--onnx", "model.onnx", cwd=tmp_path))
    assert message == (
        "setting 'cell' is 'transformer', whose state grows with the dialogue; "
        "ONNX is written for lstm, gru, simple-rnn: train with one of these"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_without_the_libraries_the_error_names_the_extra(saved, tmp_path):
    code = """
import sys
sys.modules["onnx"] = None
from turncast.cli import main
main()
"""
    assert refused(run_code(code, "export", saved, "--onnx", tmp_path / "model.onnx")) == (
        "writing ONNX needs libraries that are not installed; install them with: pip install 'turncast[onnx]'"
    )


def test_a_full_disk_leaves_the_old_file_whole(saved, tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(b"old")
    code = f"""
import resource, signal, sys, turncast
policy = turncast.Policy.load({str(saved)!r})
from turncast.cli.main import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
sys.exit(run(lambda standalone_mode: policy.export_onnx({str(file)!r}, force=True)))
"""
    assert "check the disk's space" in refused(run_code(code))
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
