"""The phrases of simulated users and of the simulated system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

VALUES: Mapping[str, Sequence[str]] = {
    "cuisine": ("thai", "italian", "mexican", "indian", "spanish", "japanese", "greek", "vegan"),
    "area": ("old town", "harbour", "station", "university", "west side"),
    "people": ("two", "three", "four", "six", "eight"),
    "time": ("noon", "six", "seven", "half past seven", "eight", "nine"),
}
SLOTS = tuple(VALUES)

GREETINGS = ("hello", "hi there", "good evening", "hey", "good morning")
OPENINGS = (
    "i would like to book a table",
    "can you find me a restaurant",
    "i want to eat out",
    "a table please",
)
# Phrases for the value of a slot: mentioned unasked, as the answer to a question, and when it changes.
MENTIONED: Mapping[str, Sequence[str]] = {
    "cuisine": ("with {} food", "somewhere {}", "i fancy {} food"),
    "area": ("near the {}", "by the {}", "around the {}"),
    "people": ("for {} people", "for {} of us", "a party of {}"),
    "time": ("at {} o'clock", "around {}", "we arrive at {}"),
}
ANSWERED: Mapping[str, Sequence[str]] = {
    "cuisine": ("{} please", "i am in the mood for {}", "{} would be great"),
    "area": ("the {}", "{} if possible", "somewhere by the {}"),
    "people": ("{}", "{} people", "we are {}"),
    "time": ("{}", "at {}", "{} would suit us"),
}
CHANGED: Mapping[str, Sequence[str]] = {
    "cuisine": ("actually make that {} food", "sorry, i meant {} food"),
    "area": ("actually the {} is better", "let us try the {} instead"),
    "people": ("wait, we will be {}", "actually there are {} of us"),
    "time": ("could we come at {} instead", "actually {} is better"),
}
ANY_CUISINE = ("any cuisine is fine", "i do not mind what we eat", "anything is fine, really")
ACCEPTANCES = ("that sounds good", "perfect, book it", "yes please", "i will take it")
REJECTIONS = ("what else is there", "no, something different", "not that one", "another one please")
ASK_ADDRESS = ("what is the address", "where is it exactly", "how do i get there")
ASK_PHONE = ("can i have the phone number", "what is their number", "how can i call them")
CONFIRMATIONS = ("yes", "yes that is right", "correct", "exactly")
THANKS = ("thank you", "thanks a lot", "great, thanks")
GOODBYES = ("no that is all", "bye", "goodbye", "nothing else")
CHATTER = ("how is the weather there", "are you a robot", "tell me a joke", "my cat is hungry too")
GIVING_UP = ("then never mind", "too bad, bye", "forget it")

RESPONSES: Mapping[str, str] = {
    "greet": "Hello! I can book you a table.",
    "ask_cuisine": "What kind of food would you like?",
    "ask_area": "Which part of town?",
    "ask_people": "For how many people?",
    "ask_time": "At what time?",
    "search": "One moment, I am looking ...",
    "offer": "How about {name}?",
    "no_match": "I found nothing like that. Shall we try another cuisine?",
    "no_more": "That was the last one I know of. Shall we try another cuisine?",
    "confirm": "So {name}, for {people}, at {time}: shall I book it?",
    "book": "Booking ...",
    "booked": "Your table is booked.",
    "full": "They have no table left at that time. Another time perhaps?",
    "tell_address": "It is at {number} {street}.",
    "tell_phone": "You reach them at 555 {number}.",
    "anything_else": "Is there anything else?",
    "goodbye": "Enjoy your meal!",
    "chat": "I only know about tables. Where were we?",
}
NAMES = (
    "the Blue Door",
    "Lemon Tree",
    "Casa Nora",
    "Nine Lanterns",
    "Old Mill",
    "Pepper & Salt",
    "Riverside",
)
STREETS = ("Mill Lane", "High Street", "Bridge Road", "Garden Row")
