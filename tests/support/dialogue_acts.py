"""Small invented extracts in the formats of dialogue acts: the same visit to a ferry line in each."""


def sgd_user(text, intent, requested=(), **slots):
    state = {
        "active_intent": intent,
        "requested_slots": list(requested),
        "slot_values": {k: [v] for k, v in slots.items()},
    }
    frame = {
        "service": "Ferries_1",
        "actions": [{"act": "INFORM", "slot": "x", "values": []}],
        "state": state,
    }
    return {"speaker": "USER", "utterance": text, "frames": [frame]}


def sgd_system(text, *acts, method=None, results=0):
    frame = {
        "service": "Ferries_1",
        "actions": [{"act": act, "slot": slot, "values": []} for act, slot in acts],
        "slots": [],
    }
    if method:
        frame |= {
            "service_call": {"method": method, "parameters": {}},
            "service_results": [{"line": str(n)} for n in range(results)],
        }
    return {"speaker": "SYSTEM", "utterance": text, "frames": [frame]}


SGD = [
    {
        "dialogue_id": "9_00001",
        "services": ["Ferries_1"],
        "turns": [
            sgd_user("a ferry please", "FindFerry"),
            sgd_system("Where to, and when?", ("REQUEST", "to"), ("REQUEST", "day")),
            sgd_user("to Elba on Monday", "FindFerry", to="Elba", day="Monday"),
            sgd_system(
                "Two go, one at six.",
                ("OFFER", "time"),
                ("INFORM_COUNT", "count"),
                ("OFFER", "line"),
                method="FindFerry",
                results=2,
            ),
            sgd_user("what does it cost", "FindFerry", ["fare"], to="Elba", day="Monday"),
            sgd_system("Nine crowns.", ("INFORM", "fare")),
            sgd_user("bye", "NONE", to="Elba", day="Monday"),
            sgd_system("Bye.", ("GOODBYE", "")),
        ],
    }
]

M2M = [
    {
        "dialogue_id": "ferries_1",
        "turns": [
            {
                "user_acts": [{"type": "GREETING"}],
                "user_intents": ["BUY_FERRY"],
                "user_utterance": {"text": "a ferry please", "tokens": [], "slots": []},
                "dialogue_state": [],
            },
            {
                "system_acts": [{"type": "REQUEST", "slot": "to"}, {"type": "REQUEST", "slot": "day"}],
                "system_utterance": {"text": "where to , and when ?", "tokens": [], "slots": []},
                "user_acts": [{"type": "INFORM"}],
                "user_utterance": {"text": "elba on monday", "tokens": [], "slots": []},
                "dialogue_state": [{"slot": "to", "value": "elba"}, {"slot": "day", "value": "monday"}],
            },
            {
                "system_acts": [{"type": "NOTIFY_SUCCESS"}],
                "system_utterance": {"text": "booked .", "tokens": [], "slots": []},
                "user_acts": [{"type": "GOOD_BYE"}],
                "user_utterance": {"text": "bye", "tokens": [], "slots": []},
                "dialogue_state": [{"slot": "to", "value": "elba"}, {"slot": "day", "value": "monday"}],
            },
        ],
    }
]


def woz_state(to, booked=()):
    return {
        "ferry": {"semi": {"to": to, "day": "not mentioned"}, "book": {"people": "", "booked": list(booked)}},
        "hotel": {"semi": {"name": "", "area": "none"}, "book": {"booked": []}},
    }


MULTIWOZ = {
    "SNG1.json": {
        "goal": {"ferry": {"info": {"to": "elba"}}, "hotel": {}, "message": ["go"], "topic": {"ferry": True}},
        "log": [
            {"text": "a ferry to elba", "metadata": {}, "dialog_act": {"Ferry-Inform": [["To", "elba"]]}},
            {
                "text": "Which day? And how many are you?",
                "metadata": woz_state("elba"),
                "dialog_act": {"Ferry-Request": [["Day", "?"], ["People", "?"]]},
            },
            {"text": "monday, two", "metadata": {}, "dialog_act": {}},
            {
                "text": "Booked. More?",
                "metadata": woz_state("elba", [{"ref": "X1"}]),
                "dialog_act": {"Booking-Book": [["Ref", "X1"]], "general-reqmore": [["none", "none"]]},
            },
            {"text": "no, bye", "metadata": {}, "dialog_act": {"general-bye": [["none", "none"]]}},
            {"text": "Mind the gap.", "metadata": woz_state("elba", [{"ref": "X1"}]), "dialog_act": {}},
        ],
    }
}


def camrest_turn(user, slu, system, acts):
    understood = [{"act": act, "slots": [[slot, value]]} for act, slot, value in slu]
    return {
        "usr": {"transcript": user, "slu": understood, "dialog_act": {}},
        "sys": {"sent": system, "DA": [], "dialog_act": acts},
    }


CAMREST = [
    {
        "dialogue_id": 7,
        "finished": True,
        "goal": {"text": "Task 00012: You want a ferry.", "info": {}, "reqt": []},
        "dial": [
            camrest_turn("hello", [], "Hello.", {}),
            camrest_turn("to elba", [["inform", "to", "elba"]], "When?", {"request": [["day", "?"]]}),
            camrest_turn(
                "monday, what does it cost",
                [["inform", "to", "elba"], ["inform", "day", "monday"], ["request", "slot", "fare"]],
                "Nothing goes then. Tuesday costs nine.",
                {"nooffer": [["none", "none"]], "inform": [["day", "tuesday"], ["fare", "nine"]]},
            ),
        ],
    }
]


def convlab_turn(speaker, text, acts=(), **more):
    kinds = {"categorical": [], "non-categorical": [], "binary": []}
    for kind, intent, domain, slot in acts:
        kinds[kind].append({"intent": intent, "domain": domain, "slot": slot, "value": ""})
    return {"speaker": speaker, "utterance": text, "dialogue_acts": kinds, **more}


CONVLAB = [
    {
        "dataset": "ferries",
        "data_split": "train",
        "dialogue_id": "ferries-train-0",
        "domains": ["ferry"],
        "goal": {"description": ""},
        "turns": [
            convlab_turn("user", "a ferry to elba", state={"ferry": {"to": "elba", "day": ""}}),
            convlab_turn(
                "system",
                "Which day?",
                [("binary", "request", "ferry", "day")],
                db_results={},
                booked={"ferry": []},
            ),
            convlab_turn("user", "monday", state={"ferry": {"to": "elba", "day": "monday"}}),
            convlab_turn(
                "system",
                "Line two. More?",
                [
                    ("categorical", "inform", "ferry", "time"),
                    ("non-categorical", "inform", "ferry", "line"),
                    ("binary", "reqmore", "", ""),
                ],
                service_call={"ferry": {"method": "BuyFerry", "parameters": {}}},
                db_results={"ferry": [{"line": "2"}]},
                booked={"ferry": [{"ref": "X1"}]},
            ),
            convlab_turn("user", "bye", state={"ferry": {"to": "elba", "day": "monday"}}),
            convlab_turn("system", "Bye.", [("binary", "bye", "", "")], db_results={}),
        ],
    }
]

EXTRACTS = {"sgd": SGD, "m2m": M2M, "multiwoz": MULTIWOZ, "camrest": CAMREST, "convlab": CONVLAB}
