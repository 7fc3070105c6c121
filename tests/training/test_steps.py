"""The step of training: however many cores share it, it is the same step, and it sweeps what it must."""

import numpy as np
import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny
from turncast import NetworkConfig, TrainConfig
from turncast.backend import keras
from turncast.config import Configuration
from turncast.network import build_network, read_weights
from turncast.training.losses import mean_loss, turn_losses
from turncast.training.prepare import prepare
from turncast.training.sparse_rows import SparseRows
from turncast.training.step import make_optimizer, make_step
from turncast.training.training_loop import prefetched

jax_only = pytest.mark.skipif(keras.backend.backend() != "jax", reason="the shared step is that of JAX")


def prepared(multi=False, layout="many-to-many-2", **settings):
    network = NetworkConfig(units=8, bit_units=6, dropout=0.0, layout=layout)
    corpus, dev = tiny(dialogues=23, multi=multi), tiny(multi=multi)
    config = TrainConfig(batch_turns=40, **settings)
    return network, prepare(corpus, dev, Configuration(network=network, training=config))


def network_of(network, data, **changes):
    return build_network(
        network.model_copy(update=changes),
        num_features=data.encoder.width,
        num_actions=len(data.space),
        multi=data.space.multi,
        seed=5,
    )


def trained(network, data, config, batches=4):
    model, optimizer = network_of(network, data), make_optimizer(config)
    step = make_step(model, optimizer, config, data.space.multi)
    losses = [float(step(step.place(batch))) for batch in list(data.train.in_order())[:batches]]
    step.finish()
    return losses, read_weights(model)


@jax_only
@pytest.mark.parametrize(
    ("layout", "settings"),
    [
        ("many-to-many-2", {}),
        ("many-to-many-2", {"label_smoothing": 0.3, "ema": 0.9, "class_weights": 0.5}),
        ("one-to-many", {}),
        ("many-to-many-1", {}),
    ],
)
def test_the_number_of_devices_changes_nothing_but_rounding(layout, settings):
    network, data = prepared(layout=layout, **settings)
    one, three = (trained(network, data, TrainConfig(devices=devices, **settings)) for devices in (1, 3))
    assert one[0] == pytest.approx(three[0], rel=1e-5)
    for name, weights in one[1].items():
        np.testing.assert_allclose(weights, three[1][name], atol=2e-6, err_msg=name)


@jax_only
@pytest.mark.parametrize("multi", [False, True])
def test_the_step_is_keras_adam_on_the_rows_that_a_batch_touches(multi):
    """One step of Keras's own optimiser, by the gradients of the plain model; a first step has no moments."""
    import jax

    network, data = prepared(multi)
    config = TrainConfig(clip_norm=0.1, label_smoothing=0.0, devices=2)
    _, weights = trained(network, data, config, batches=1)
    model, batch = network_of(network, data), next(data.train.in_order())
    before = read_weights(model)

    def loss_of(trainable):
        other = model.non_trainable_variables
        (logits, _), _ = model.stateless_call(trainable, other, batch.inputs, training=True)
        return mean_loss(turn_losses(batch.targets, logits, multi), batch.weights)

    gradients = jax.jit(jax.grad(loss_of))([v.value for v in model.trainable_variables])
    make_optimizer(config).apply(gradients, model.trainable_variables)
    for name, expected in read_weights(model).items():
        np.testing.assert_allclose(weights[name], expected, atol=2e-6, err_msg=name)
    touched = np.zeros(data.encoder.width, bool)
    touched[[bit for bit in np.unique(batch.inputs["bits"]) if bit < len(touched)]] = True
    assert 0 < touched.sum() < len(touched)
    assert (weights["bit_dense/kernel"] == before["bit_dense/kernel"]).all(-1).tolist() == (~touched).tolist()


@pytest.mark.quick
@jax_only
def test_workers_drop_out_different_numbers():
    network, data = prepared()
    network = network.model_copy(update={"dropout": 0.5})
    (batch, *_), config = list(data.train.in_order()), TrainConfig(devices=2)
    row = {name: array[:1] for name, array in batch.inputs.items()}
    twice = type(batch)(
        {name: np.repeat(array, 2, axis=0) for name, array in row.items()},
        np.repeat(batch.targets[:1], 2, axis=0),
        np.repeat(batch.weights[:1], 2, axis=0),
        batch.num_turns,
    )
    step = make_step(network_of(network, data), make_optimizer(config), config, False)
    first, second = step.share_gradients(step.place(twice))
    assert float(first[0]) != float(second[0])
    assert all((a == b).all() for a, b in zip(first[3], second[3], strict=True))


@jax_only
def test_a_shape_that_was_not_prepared_is_compiled_once(monkeypatch):
    """And not by each worker, at once with the others: the model that they trace is one."""
    from turncast.training.jax_programs import StepPrograms
    from turncast.training.workers import Compiled

    made = []

    def counted(holder, name):
        original = getattr(holder, name)
        monkeypatch.setattr(holder, name, lambda *given: made.append(name) or original(*given))

    counted(StepPrograms, "_share_gradient")
    counted(StepPrograms, "_apply_gradients")
    counted(Compiled, "lowered")
    network, data = prepared()
    step = make_step(network_of(network, data), make_optimizer(TrainConfig()), TrainConfig(devices=4), False)
    placed = step.place(next(data.train.in_order()))
    assert len(placed[1]) == 4
    step(placed)
    assert made == ["lowered", "_share_gradient", "lowered", "_apply_gradients"]


@jax_only
def test_another_type_of_the_same_shape_is_compiled_anew():
    from turncast.training.workers import Compiled

    doubled = Compiled(lambda x: x * 2)
    bytes_, whole = (np.full((2, 3), 200, kind) for kind in (np.uint8, np.int32))
    assert np.asarray(doubled(bytes_)).max() == 400 % 256
    assert np.asarray(doubled(whole)).max() == 400


def test_a_batch_is_evaluated_with_the_current_weights():
    network, data = prepared()
    model = network_of(network, data)
    step = make_step(model, make_optimizer(TrainConfig()), TrainConfig(), False)
    batch = next(data.train.in_order())
    expected = model.predict_on_batch(batch.inputs)[1]
    np.testing.assert_allclose(step.probabilities(batch), expected, atol=1e-6)


def test_room_grows_where_a_batch_touches_more():
    touched = SparseRows(5000)
    few = touched.select(np.pad(np.arange(10), (0, 190), constant_values=5000)[None])
    many = touched.select(np.arange(200)[None])
    assert (len(few.rows), len(many.rows)) == (64, 256)
    assert (many.bits.shape, many.bits.dtype) == ((1, 256), "uint8")
    assert many.bits[0].tolist() == [1] * 200 + [0] * 56
    again = touched.select(np.pad(np.arange(3), (0, 197), constant_values=5000)[None])
    assert again.rows.tolist() == [0, 1, 2, *range(5000, 5253)]


def test_a_batch_that_touches_most_rows_takes_all():
    touched = SparseRows(70).select(np.arange(71)[None])
    assert touched.rows is None
    assert touched.bits.tolist() == [[1] * 70]


def test_many_rows_are_added_up_and_not_multiplied():
    bits = np.arange(3000).reshape(-1, 3)
    touched = SparseRows(20_000).select(bits)
    assert touched.bits.dtype == "int32"
    assert len(touched.rows) == 4096
    assert touched.rows[touched.bits].tolist() == bits.tolist()


@jax_only
def test_each_form_of_the_bits_gives_the_same_step(monkeypatch):
    from turncast.training import sparse_rows

    network, data = prepared()
    config = TrainConfig(devices=1)
    vectors = trained(network, data, config, batches=1)
    monkeypatch.setattr(sparse_rows, "_DENSE_RATIO", 0)
    indices = trained(network, data, config, batches=1)
    monkeypatch.setattr(sparse_rows, "_SIZES", [10**6])
    everything = trained(network, data, config, batches=1)
    for losses, weights in (indices, everything):
        assert losses == pytest.approx(vectors[0], rel=1e-5)
        for name, expected in vectors[1].items():
            np.testing.assert_allclose(weights[name], expected, atol=2e-6, err_msg=name)


def test_few_shapes_and_well_filled():
    _, data = prepared()
    assert len({batch.inputs["bits"].shape for batch in data.train.in_order()}) <= 6
    assert len(list(data.train.of_each_shape())) == len(data.train.buckets)


def test_errors_of_the_prefetching_thread_are_raised():
    def broken():
        yield 1
        raise ValueError("no more")

    items = prefetched(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


@jax_only
def test_the_compile_cache_stays_within_its_bounds(tmp_path):
    import os

    from turncast.training.compile_cache import prune

    for age in range(5):
        (tmp_path / str(age)).write_bytes(b"x" * 300)
        os.utime(tmp_path / str(age), (1_000_000 - age, 1_000_000 - age))
    prune(tmp_path, most_bytes=1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0"]
    prune(tmp_path / "absent")


@jax_only
@pytest.mark.large
def test_a_second_training_compiles_nothing_large(tmp_path):
    """In fresh processes: the second finds in the user's cache folder what the first left there."""
    import os
    import subprocess
    import sys

    code = (
        "import turncast\nfrom turncast import NetworkConfig, TrainConfig\n"
        "turncast.train(turncast.simulate(dialogues=10, seed=1), network=NetworkConfig(units=8),"
        " config=TrainConfig(epochs=1, devices=1))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    left = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=120)
        # The step's own functions; of the small ones those are kept that were slow to make.
        left.append({path.name for path in (tmp_path / "turncast" / "compiled").glob("jit__*-cache")})
    assert len(left[0]) >= 3
    assert left[0] == left[1]


@jax_only
def test_only_equal_networks_share_compiled_functions():
    network, data = prepared()
    config = TrainConfig(devices=1)

    def functions(config=config, network=network):
        model = network_of(network, data)
        return make_step(model, make_optimizer(config), config, False, network=network)._programs

    first = functions()
    assert functions() is first
    assert functions(config.model_copy(update={"learning_rate": 0.1, "seed": 9})) is first
    for setting in ({"label_smoothing": 0.3}, {"clip_norm": 2.0}, {"ema": 0.5}, {"devices": 2}):
        assert functions(config.model_copy(update=setting)) is not first
    assert functions(network=network.model_copy(update={"dropout": 0.2})) is not first


@jax_only
def test_a_training_after_an_equal_one_has_the_weights_of_the_first():
    from turncast.training.compile_cache import clear_compiled

    def weights(seed):
        config = QUICK.model_copy(update={"seed": seed})
        return turncast.train(tiny(), network=SMALL, config=config).weights

    clear_compiled()
    alone, other, again = weights(3), weights(8), weights(3)
    assert all((alone[name] == again[name]).all() for name in alone)
    assert any((alone[name] != other[name]).any() for name in alone)
