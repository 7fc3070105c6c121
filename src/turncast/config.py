"""Settings: flat, frozen, and strict: an unknown name is an error with a suggestion."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from turncast.errors import ConfigError, did_you_mean
from turncast.layouts import LAYOUTS, Layout, layout_name


class Settings(BaseModel):
    """A flat, frozen set of named settings that refuses unknown names with a suggestion.

    >>> TrainConfig(epoch=3)
    Traceback (most recent call last):
    turncast.errors.ConfigError: unknown setting 'epoch'; did you mean 'epochs'?
    >>> TrainConfig(epochs=0)
    Traceback (most recent call last):
    turncast.errors.ConfigError: setting 'epochs' is 0; input should be greater than or equal to 1
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        _check_names(values, type(self).model_fields)
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _config_error(".".join(str(part) for part in error.errors()[0]["loc"]), error) from None
        self.check()

    def check(self) -> None:
        """Raise ConfigError where settings contradict each other; a subclass overrides it."""


class EncoderConfig(Settings):
    """What the encoder turns into input of the network.

    Attributes:
        min_count: words and fact values that are rarer in the training part set the unknown bit.
        max_words: the number of words that have their own bit, at most; the most frequent first.
        max_values: the number of values of one fact that have their own bit, at most.
        buckets: the number of buckets that a numeric fact is sorted into, at most; of about equal count.
        word_bigrams: whether pairs of neighbouring words of the users have bits.
        character_trigrams: whether runs of three characters in the users' words have bits, for misspellings.
        last_response: whether the words that the system said at the turn before have bits.
        past_actions: whether the actions taken since the beginning, and since the user spoke, have bits.
        position: whether the number of the turn, and of silent turns before it, have bits.
        persistent_facts: whether the last value of each fact keeps its bit until it changes.
        learn_values: whether values of slots are learned from responses whose actions are templates, as
            `{name} serves {food} food`; in the users' words the slot's name replaces the value.
        tokenizer: what the network reads in order: `words`, or `bpe`, byte-pair pieces (the extra `bpe`).
        max_tokens: W, the number of words or pieces of a turn that such a network reads, at most.
        vectors: a local folder (or file) of sentence or word vectors; the vector of the user's text sets bits
            (the extra `vectors`, or `sentence-vectors`). Empty: no vectors.
        vector_parts: M, the number of parts that a vector is cut into; each part sets one bit.
        vector_centroids: C, the number of centroids, and so of bits, that each part has at most.
    """

    min_count: int = Field(default=2, ge=1)
    max_words: int = Field(default=20_000, ge=0)
    max_values: int = Field(default=100, ge=0)
    buckets: int = Field(default=8, ge=2)
    word_bigrams: bool = False
    character_trigrams: bool = False
    last_response: bool = True
    past_actions: bool = False
    position: bool = True
    persistent_facts: bool = False
    learn_values: bool = True
    tokenizer: Literal["words", "bpe"] = "words"
    max_tokens: int = Field(default=64, ge=1, le=4096)
    vectors: str = ""
    vector_parts: int = Field(default=8, ge=1, le=1024)
    vector_centroids: int = Field(default=16, ge=2, le=4096)

    def check(self) -> None:
        """Raise ConfigError for settings that would have no effect.

        >>> EncoderConfig(vector_centroids=64)
        Traceback (most recent call last):
        turncast.errors.ConfigError: setting 'vector_centroids' is 64; it needs 'vectors', a folder of them
        """
        for name in ("vector_parts", "vector_centroids"):
            value, default = getattr(self, name), type(self).model_fields[name].default
            if not self.vectors and value != default:
                raise ConfigError(f"setting {name!r} is {value}; it needs 'vectors', a folder of them")


class NetworkConfig(Settings):
    """The architecture of the network.

    Attributes:
        layout: `many-to-many-2` predicts at every turn and carries memory; `one-to-one` is the same without
            memory; `many-to-many-1` predicts at every turn the next `horizon` actions; `one-to-many` predicts
            all actions from the first turn; `many-to-one` predicts the outcome.
        cell: the layer that carries memory from turn to turn.
        words: how the words of a turn are read: as a set of `bits`, or in order by a time-distributed
            `lstm`, or by the `mean`, `max` or `conv` (convolution and maximum) of their embeddings.
        units: H, the width of each hidden layer.
        layers: the number of hidden layers.
        bit_units: E, the width of the linear layer that reads the bits of a turn.
        word_units: the width of a word's embedding, and of the vector that is made of a turn's words.
        heads: the number of attention heads of a transformer; `units` must be a multiple of it.
        dropout: share of a hidden layer's outputs that training sets to 0, between the layers.
        residual: each hidden layer after the first adds its input to its output.
        layer_norm: each hidden layer's output is normalised.
        horizon: `many-to-many-1`: the number of actions predicted at each turn, that of this turn included.
        outcome: `many-to-one`: the key of the outcome in a dialogue's metadata.
        beginning: `many-to-one`: the number of turns that are read from the start; 0 is the whole dialogue.
    """

    layout: Annotated[str, BeforeValidator(layout_name)] = "many-to-many-2"
    cell: Literal["lstm", "gru", "simple-rnn", "transformer"] = "lstm"
    words: Literal["bits", "lstm", "mean", "max", "conv"] = "bits"
    units: int = Field(default=128, ge=1, le=16_384)
    layers: int = Field(default=1, ge=1, le=8)
    bit_units: int = Field(default=128, ge=1, le=4096)
    word_units: int = Field(default=64, ge=1, le=4096)
    heads: int = Field(default=4, ge=1, le=64)
    dropout: float = Field(default=0.4, ge=0, lt=1)
    residual: bool = False
    layer_norm: bool = False
    horizon: int = Field(default=3, ge=1, le=100)
    outcome: str = Field(default="outcome", min_length=1)
    beginning: int = Field(default=0, ge=0)

    @property
    def layout_row(self) -> Layout:
        """The layout as a value, with the `horizon`, `outcome` and `beginning` of these settings."""
        return LAYOUTS[self.layout].with_settings(
            horizon=self.horizon, outcome=self.outcome, beginning=self.beginning
        )

    def check(self) -> None:
        """Raise ConfigError for settings that a transformer, or a layout without memory, cannot use.

        >>> NetworkConfig(cell="transformer", units=30)
        Traceback (most recent call last):
        turncast.errors.ConfigError: setting 'units' is 30 with 4 heads; give a multiple of 'heads'
        """
        if self.residual and self.layers == 1:
            raise ConfigError("setting 'residual' is true; it needs 'layers' of 2 or more")
        if not self.layout_row.memory and self.cell != "lstm":
            raise ConfigError(f"setting 'cell' is {self.cell!r}; {self.layout} has no memory, and so no cell")
        if self.cell != "transformer":
            return
        if self.units % self.heads:
            problem = f"setting 'units' is {self.units} with {self.heads} heads"
            raise ConfigError(f"{problem}; give a multiple of 'heads'")
        if self.residual or self.layer_norm:
            raise ConfigError("setting 'residual' or 'layer_norm' is true; a transformer has both by itself")
        if self.layout_row.first_turn_only:
            problem = f"in {self.layout} its input is the same at every step, choose a recurrent cell"
            raise ConfigError(f"setting 'cell' is 'transformer'; {problem}")


def _count_table_weight(given: Any) -> Any:
    """Return `off`, `auto` or the weight as a float; raise ValueError for anything else.

    >>> TrainConfig(count_table=2)
    Traceback (most recent call last):
    turncast.errors.ConfigError: setting 'count_table' is 2; give off, auto or a weight between 0 and 1
    """
    if given in ("off", "auto"):
        return given
    try:
        weight = float(given)
    except (TypeError, ValueError):
        weight = 0.0
    if not 0 < weight < 1:
        raise ValueError("give off, auto or a weight between 0 and 1")
    return weight


class TrainConfig(Settings):
    """How the network is trained.

    Attributes:
        epochs: the number of passes over the training part, at most.
        epoch_batches: an epoch repeats a small training part until it has about this many batches.
        patience: training stops after this many epochs without better turns or a better loss on the dev part.
        learning_rate: Adam's step size.
        word_dropout: share of the users' words that are replaced by the unknown word.
        turn_dropout: share of the turns in which every word of the user is replaced by the unknown word.
        fact_dropout: share of the facts that are left out.
        value_dropout: share of the slots, in each dialogue, whose values are replaced by unknown words.
        scheduled_sampling: share of the turns that get the network's own previous actions, not the true ones.
        label_smoothing: share of each target that is spread evenly over all actions.
        class_weights: a in count ** -a, the weight of an answer that occurs `count` times; 0 is no weighting.
        ema: momentum of an exponential moving average of the weights, which is evaluated and saved; 0 is off.
        clip_norm: gradients are scaled down to this norm.
        batch_turns: turn slots (dialogues x turns, padding included) of a batch.
        dev_share: share of the dialogues held out as the dev part when none is given.
        seed: the same seed gives the same bits on the same machine.
        devices: the number of cores that share each batch; 0 uses all available ones.
        seeds: train networks with the seeds `seed`, `seed` + 1, ...; the policy predicts their mean.
        count_table: the weight of the count table in each prediction, between 0 and 1; `auto` chooses the
            best one on the dev part; `off` uses no table.
        max_error: the policy abstains where that keeps the share of wrong answers to this; 1 never abstains.
        decide: how the actions of a turn are chosen where there may be several: `half` takes those of
            probability 0.5 and more, `thresholds` has a threshold for each action, `sets` takes the most
            probable set that occurs in training, `auto` takes what gets most turns of the dev part right.
    """

    epochs: int = Field(default=40, ge=1)
    epoch_batches: int = Field(default=16, ge=1, le=10_000)
    patience: int = Field(default=6, ge=1)
    learning_rate: float = Field(default=0.003, gt=0)
    word_dropout: float = Field(default=0.05, ge=0, lt=1)
    turn_dropout: float = Field(default=0.0, ge=0, lt=1)
    fact_dropout: float = Field(default=0.0, ge=0, lt=1)
    value_dropout: float = Field(default=0.0, ge=0, lt=1)
    scheduled_sampling: float = Field(default=0.25, ge=0, le=1)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    class_weights: float = Field(default=0.0, ge=0, le=1)
    ema: float = Field(default=0.0, ge=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)
    batch_turns: int = Field(default=512, ge=1, le=1_000_000)
    dev_share: float = Field(default=0.1, gt=0, lt=1)
    seed: int = Field(default=1, ge=0, lt=2**31)
    devices: int = Field(default=0, ge=0, le=1024)
    seeds: int = Field(default=1, ge=1, le=100)
    count_table: Annotated[float | Literal["off", "auto"], BeforeValidator(_count_table_weight)] = "off"
    max_error: float = Field(default=1.0, gt=0, le=1)
    decide: Literal["auto", "half", "thresholds", "sets"] = "auto"


_KINDS: Mapping[str, type[Settings]]
_KINDS = {"encoder": EncoderConfig, "network": NetworkConfig, "training": TrainConfig}


def setting(name: str, value: Any) -> Any:
    """Return the value of one setting, checked on its own and converted to the setting's type.

    >>> setting("units", "64"), setting("residual", "true")
    (64, True)

    Raises:
        ConfigError: for an unknown setting, or a value that it does not take.
    """
    fields = {name: known for kind in _KINDS.values() for name, known in kind.model_fields.items()}
    _check_names((name,), fields)
    try:
        kind: Any = Annotated[fields[name].annotation, fields[name]]
        return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False)).validate_python(value)
    except ValidationError as error:
        raise _config_error(name, error) from None


def _check_names(names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown setting {name!r}{did_you_mean(name, known)}")


def _config_error(name: str, error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    text = first["msg"].removeprefix("Value error, ")
    message = text[:1].lower() + text[1:]
    return ConfigError(f"setting {name!r} is {first['input']!r}; {message}")


@dataclass(frozen=True, slots=True)
class Configuration:
    """All settings of a policy: what it reads, its network, and how that is trained.

    >>> configuration = Configuration.from_settings({"units": 64, "epochs": "3"})
    >>> configuration.network.units, configuration.training.epochs
    (64, 3)
    """

    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainConfig = field(default_factory=TrainConfig)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Configuration:
        """Return the configuration with these settings, each given by its name alone.

        Raises:
            ConfigError: for an unknown setting, or a value that a setting does not take.
        """
        _check_names(settings, [name for kind in _KINDS.values() for name in kind.model_fields])
        parts: dict[str, Any] = {
            part: kind(**{name: value for name, value in settings.items() if name in kind.model_fields})
            for part, kind in _KINDS.items()
        }
        return cls(**parts)
