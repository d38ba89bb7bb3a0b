"""Key words of an English question, and the variants under which a memory may contain them.

FTS5's stemmer handles regular endings. The data here adds irregular forms, short forms, and British and American
variants. Closed classes only: with a whole thesaurus every memory would match every question.
"""

import re
from pathlib import Path
from typing import Final

from adapters.search.folding import folded

#: Words that say how a question is asked, not what it is about. FTS5 itself has no stop words.
STOP_WORDS: Final = frozenset(
    """a about after again all also am an and any are aren as at be because been before being but by can could couldn
    currently did didn do does doesn doing don else for from had hadn has hasn have haven having he her here
    hers herself him himself his how i if in into is isn it its itself just ll m many me moment more most much
    my myself no nor not now nowadays of off on once only or other our ours out over own please re remember said
    say she should shouldn so some still such t tell than that the their theirs them then there these they this
    those through to too under until up us ve very was wasn we were weren what when where which while who whom
    whose why will with won would wouldn you your yours""".split()  # noqa: SIM905  # a list of words reads best as words
)

#: Words that many questions share, such as light verbs, degrees and small numbers. They get less weight: in a few
#: hundred memories each may be rare without being significant.
FAINT_WORDS: Final = frozenset(
    """ago already always amount another around away back bad became become best better big bring brought call called
    came come comes coming cost costs date day days different down eight end ended ends even ever far few find
    finds first five found four gave get gets getting give given gives giving go goes going gone good got gotten
    happen happened happens high is keep keeps kept kind kinds last least left less let like liked likes little
    long look looked looks lot low make makes making manage managed may maybe mean means meant might must name
    named names need needed needs never new next nine number numbers often old one part perhaps place places
    price prices put puts putting reason result right same saw see seem seems seen seven several shall show
    showed six size small sort spend spent start started take taken takes taking ten thing things think thinks
    thought three time times took tried try turn turned turns two use used uses want wanted wants way ways went
    whole worst yet""".split()  # noqa: SIM905  # the same
)

#: For each word its irregular forms and synonyms. Each line of the file is one group.
_VARIANTS: Final[dict[str, tuple[str, ...]]] = {}
for _line in Path(__file__).with_name("irregular_forms.txt").read_text(encoding="utf-8").splitlines():
    for _word in _line.split():
        _VARIANTS[_word] = (*_VARIANTS.get(_word, ()), *(other for other in _line.split() if other != _word))

_POSSESSIVE: Final = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\x00-/:-@\[-`{-\x7f]+")


def key_words(question: str) -> tuple[str, ...]:
    """The words of a question, folded, without stop words, in order, without repetitions."""
    return tuple(dict.fromkeys(word for word in words(question) if word not in STOP_WORDS))


def words(text: str) -> list[str]:
    """All words of a text, folded. A run of a script without spaces is one word here."""
    return _SEPARATORS.sub(" ", folded(_POSSESSIVE.sub("", text))).split()


def variants(word: str) -> tuple[str, ...]:
    """The word and its variants."""
    return (word, *_VARIANTS.get(word, ()), *_VARIANTS.get(_singular(word), ()))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > len("bus") and not word.endswith("ss") else word
