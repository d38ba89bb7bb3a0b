"""A slow agent: reads a lighthouse's log page by page and answers with the pages that match the question."""

import os
import re
import time

LOG = {
    "3 March": "Storm from the north-west. Two panes of the lantern room cracked; covered with boards.",
    "9 April": "The boat brought oil, flour and a new barometer. The old one hangs in the kitchen.",
    "21 May": "Painted the gallery rail. Spare paint is under the stairs, on the left.",
    "2 June": "The glazier came over and replaced both panes of the lantern room.",
    "17 July": "Fog for three days. The bell's rope is worn where it passes the hook.",
    "30 July": "New rope on the bell. The old one lies coiled in the boat shed.",
    "14 August": "Visitors from the mainland; one left a brown umbrella in the kitchen.",
    "5 September": "The barometer fell faster than ever seen here. Shutters closed in time.",
    "28 September": "Wound the clockwork; the key now hangs behind the door of the watch room.",
    "11 October": "The boat shed's roof leaks above the old rope. Tarred it.",
}


def research(question):
    seconds = float(os.environ.get("SECONDS_A_PAGE", "4"))  # like one call of a model
    wanted = set(words(question))
    found = []
    for day, page in LOG.items():
        time.sleep(seconds)
        found.append((len(wanted & set(words(page))), f"{page} ({day})"))
    best = max(count for count, _ in found)
    pages = [page for count, page in found if count == best]
    return "\n".join(pages) if best else "The log says nothing about that."


def words(text):
    return [word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3]
