"""Settings: flat, frozen, and they refuse strangers."""

from __future__ import annotations

from collections.abc import Mapping
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
        known = type(self).model_fields
        for name in values:
            if name not in known:
                raise ConfigError(f"unknown setting {name!r}{did_you_mean(name, known)}")
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _refusal(".".join(str(part) for part in error.errors()[0]["loc"]), error) from None
        self.check()

    def check(self) -> None:
        """Refuse settings that do not go together."""


class EncoderConfig(Settings):
    """What the network sees of a turn.

    Attributes:
        min_count: words and fact values seen less often in the training part set the unknown bit.
        max_words: at most so many words have a bit of their own, the most frequent first.
        max_values: at most so many values of one fact have a bit of their own.
        buckets: a number becomes one of at most so many buckets of about equal count.
        word_pairs: whether pairs of neighbouring words of the users have bits.
        characters: whether runs of three characters in the users' words have bits, against misspellings.
        last_response: whether the words that the system said at the turn before have bits.
        past_actions: whether the actions taken since the beginning, and since the user spoke, have bits.
        position: whether the number of the turn, and of silent turns before it, have bits.
        persistent_facts: whether the last value of each fact keeps its bit until it changes.
        learn_values: whether values of slots are learned from responses whose actions are templates, as
            `{name} serves {food} food`; in words the slot's name stands for them.
        tokenizer: where a network reads words in order: whole `words`, or `bpe`, byte-pair pieces of them
            (the extra `bpe`).
        max_tokens: W, the words or pieces of a turn that such a network reads; what comes after is cut off.
        vectors: a local folder (or file) of sentence or word vectors; the vector of the user's text has bits
            (the extra `vectors`, or `sentence-vectors`). None where it is empty.
        vector_parts: M, the parts that a vector is cut into; each sets one bit.
        vector_centroids: C, the bits that each part has, at most: what is known of the training part's texts.
    """

    min_count: int = Field(default=2, ge=1)
    max_words: int = Field(default=20_000, ge=0)
    max_values: int = Field(default=100, ge=0)
    buckets: int = Field(default=8, ge=2)
    word_pairs: bool = False
    characters: bool = False
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
        """Refuse what would have to be ignored.

        >>> EncoderConfig(vector_centroids=64)
        Traceback (most recent call last):
        turncast.errors.ConfigError: setting 'vector_centroids' is 64; it needs 'vectors', a folder of them
        """
        for name in ("vector_parts", "vector_centroids"):
            value, field = getattr(self, name), type(self).model_fields[name]
            if not self.vectors and value != field.default:
                raise ConfigError(f"setting {name!r} is {value}; it needs 'vectors', a folder of them")


class NetworkConfig(Settings):
    """The network's shape.

    Attributes:
        layout: `many-to-many-2` answers every turn and carries memory from turn to turn; `one-to-one` is
            the same without memory; `many-to-many-1` foresees at every turn the next `horizon` actions;
            `one-to-many` foresees the whole course from the first turn; `many-to-one` gives the outcome.
        cell: what carries memory from turn to turn.
        words: how the words of a turn are read: as a set of `bits`, or in order by a time-distributed
            `lstm`, or by the `mean`, `max` or `conv` (convolution and maximum) of their embeddings.
        units: H, the width of each hidden layer.
        layers: how many hidden layers stand on one another.
        bit_units: E, the width of the linear layer that reads the bits of a turn.
        word_units: the width of a word's embedding and of what is read from a turn's words.
        heads: of a transformer's attention; `units` is a multiple of them.
        dropout: share of a hidden layer's outputs that training leaves out, between the layers.
        residual: each hidden layer after the first adds its input to its output.
        layer_norm: each hidden layer's output is normalised.
        horizon: `many-to-many-1`: how many actions it foresees, the one of this turn included.
        outcome: `many-to-one`: the name of the outcome among a dialogue's metadata.
        beginning: `many-to-one`: only the first so many turns are read; 0 is the whole dialogue.
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
        """The layout as a value, with the `horizon`, `outcome` and `beginning` of these settings.

        >>> NetworkConfig(layout="many-to-many-1", horizon=2).layout_row.horizon
        2
        """
        return LAYOUTS[self.layout].with_settings(
            horizon=self.horizon, outcome=self.outcome, beginning=self.beginning
        )

    def check(self) -> None:
        """Refuse what a transformer, or a layout without memory, would have to ignore.

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
            raise ConfigError(
                f"setting 'units' is {self.units} with {self.heads} heads; give a multiple of 'heads'"
            )
        if self.residual or self.layer_norm:
            raise ConfigError("setting 'residual' or 'layer_norm' is true; a transformer has both by itself")
        if self.layout_row.first_turn_only:
            raise ConfigError(
                f"setting 'cell' is 'transformer'; in {self.layout} it would see the same at every step, "
                "choose a recurrent cell"
            )


def _share(given: Any) -> Any:
    """Refuse what is no share.

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
        epochs: passes over the training part, at most.
        epoch_batches: an epoch goes through a small corpus again while it has at most so many batches.
        patience: stop after so many epochs in which the dev part did no better, neither in turns nor in loss.
        learning_rate: Adam's step size.
        word_dropout: share of the users' words made unknown in training, so that none is a surprise.
        turn_dropout: share of the turns of which every word of the user is made unknown.
        fact_dropout: share of the facts that are left out.
        value_dropout: share of the slots, in each dialogue, whose values are taken for unknown words.
        scheduled_sampling: share of the turns, from the tenth epoch on, that get the network's own previous
            actions as input in place of the true ones.
        label_smoothing: share of each target that is spread evenly over all actions.
        class_weights: a in count ** -a, the weight of an answer that comes so often; 0 weighs all the same.
        ema: momentum of an exponential moving average of the weights: the share of the average that one batch
            leaves as it is; the averaged weights are evaluated and saved. 0 switches it off.
        clip_norm: gradients are scaled down to this norm.
        batch_turns: turn slots (dialogues x turns, padding included) of a batch.
        dev_share: share of the dialogues held out as the dev part when none is given.
        seed: the same seed gives the same bits on the same machine.
        devices: how many cores share each batch; 0 takes all there are.
        seeds: so many networks, of the seeds `seed`, `seed` + 1, ..., answer together: with the mean of their
            probabilities.
        count_table: the share of a table of counts in each prediction: a weight between 0 and 1; `auto` takes
            the one that is best on the dev part, 0 where none helps; `off` takes none.
        max_error: the policy abstains where it is less sure than is needed for at most this share of wrong
            answers, as the dev part shows; 1 answers always.
        decide: how several actions a turn are decided on: `half` takes those of at least one half,
            `thresholds` has one for each action, `sets` takes the most probable of the sets seen in training,
            `auto` what gets most turns of the dev part right.
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
    count_table: Annotated[float | Literal["off", "auto"], BeforeValidator(_share)] = "off"
    max_error: float = Field(default=1.0, gt=0, le=1)
    decide: Literal["auto", "half", "thresholds", "sets"] = "auto"


_KINDS = (EncoderConfig, NetworkConfig, TrainConfig)


def setting(name: str, value: Any) -> Any:
    """Return the value of one setting, checked alone and made what the setting holds.

    >>> setting("units", "64"), setting("residual", "true")
    (64, True)

    Raises:
        ConfigError: for a setting that there is not, or a value that it does not take.
    """
    fields = {name: field for kind in _KINDS for name, field in kind.model_fields.items()}
    if name not in fields:
        raise ConfigError(f"unknown setting {name!r}{did_you_mean(name, fields)}")
    try:
        kind: Any = Annotated[fields[name].annotation, fields[name]]
        return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False)).validate_python(value)
    except ValidationError as error:
        raise _refusal(name, error) from None


def _refusal(name: str, error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    text = first["msg"].removeprefix("Value error, ")
    message = text[:1].lower() + text[1:]
    return ConfigError(f"setting {name!r} is {first['input']!r}; {message}")


def split_settings(settings: Mapping[str, Any]) -> tuple[EncoderConfig, NetworkConfig, TrainConfig]:
    """Give each setting to the configuration that it belongs to.

    >>> encoder, network, train = split_settings({"units": 64, "epochs": "3"})
    >>> network.units, train.epochs
    (64, 3)

    Raises:
        ConfigError: for a setting that none of them has.
    """
    known = [name for kind in _KINDS for name in kind.model_fields]
    for name in settings:
        if name not in known:
            raise ConfigError(f"unknown setting {name!r}{did_you_mean(name, known)}")
    encoder, network, train = (
        kind(**{name: value for name, value in settings.items() if name in kind.model_fields})
        for kind in _KINDS
    )
    return encoder, network, train  # type: ignore[return-value]  # in the order of kinds
