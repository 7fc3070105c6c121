"""The policy: a component of Rasa 3."""

from __future__ import annotations

import logging
import os
from typing import Any, Dict, List, Optional

import httpx
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from turncast_rasa.tracker import probabilities_of, turns_of

logger = logging.getLogger(__name__)
_MOST_RANKED, _MOST_TURNS = 100, 1000  # the limits of the server


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class TurncastPolicy(Policy):
    """Asks a turncast server for the next action.

    Each request has the whole tracker, and the server stores nothing. Where the server cannot be reached,
    the policy predicts nothing, and Rasa's other policies decide.
    """

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> None:
        """Create the HTTP client; nothing is sent yet."""
        super().__init__(config, model_storage, resource, execution_context, **kwargs)
        key = os.environ.get(config["api_key_variable"])
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=config["url"], timeout=config["timeout"], headers=headers)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings of config.yml with their defaults."""
        return {
            "priority": 1,
            "url": "http://127.0.0.1:8000",
            "api_key_variable": "TURNCAST_API_KEY",
            "model": None,
            "with_text": False,
            "timeout": 1.0,
        }

    def train(
        self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any
    ) -> Resource:
        """Do nothing: `turncast train` trains the model."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Return the server's probabilities of the next action."""
        events = (event.as_dict() for event in tracker.applied_events())
        turns = turns_of(events, self.config["with_text"])[-_MOST_TURNS:]
        body = {"turns": turns, "top": _MOST_RANKED}
        if self.config["model"]:
            body["model"] = self.config["model"]
        try:
            answer = self._http.post("/v1/predict", json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            logger.warning("turncast does not answer (%s); other policies decide", type(error).__name__)
            return self._prediction(self._default_predictions(domain))
        ranked = answer.json()["turns"][-1]["ranked"]
        return self._prediction(probabilities_of(ranked, domain.action_names_or_texts))
