"""Invented bookings in the format of bAbI: two searches, two offers, and a question."""

from pathlib import Path

import turncast
from turncast import Corpus

KNOWN = (["nordic", "creole", "alpine"], ["oslo", "lima", "cairo"])
NEW = (["lunar", "solar", "polar"], ["mars", "venus", "pluto"])


def bookings(folder: Path, values: tuple[list[str], list[str]] = KNOWN) -> Corpus:
    """Return nine dialogues: each cuisine with each location."""
    folder.mkdir(exist_ok=True)
    path = folder / "bookings.txt"
    path.write_text("\n".join(_booking(cuisine, location) for cuisine in values[0] for location in values[1]))
    return turncast.read(path).load()


def _booking(cuisine: str, location: str) -> str:
    places = [f"resto_{location}_cheap_{cuisine}_{rating}stars" for rating in (2, 8, 5)]
    facts = [
        f"{place} {slot} {value}"
        for place, rating in zip(places, (2, 8, 5), strict=True)
        for slot, value in (("R_phone", f"{place}_phone"), ("R_cuisine", cuisine), ("R_rating", rating))
    ]
    lines = [
        f"{cuisine} food please\twhere should it be",
        f"in {location} for two at a cheap price\tok let me look",
        f"<SILENCE>\tapi_call {cuisine} {location} two cheap",
        "make that four\tsure is there anything else to update",
        f"no\tapi_call {cuisine} {location} four cheap",
        *facts,
        f"<SILENCE>\twhat do you think of this option: {places[1]}",
        f"another one\twhat do you think of this option: {places[2]}",
        f"good, its number\there it is {places[2]}_phone",
    ]
    return "".join(f"{number} {line}\n" for number, line in enumerate(lines, start=1))
