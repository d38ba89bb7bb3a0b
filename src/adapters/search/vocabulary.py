"""What English words a question is about, and in which other forms a memory may have them.

FTS5's stemmer knows regular endings. Here is what it cannot know: irregular forms, everyday short forms, and words
that differ between the coasts of an ocean. Closed classes only: a thesaurus of all the language would make every
memory match every question.
"""

import re
from typing import Final

#: Words that say how a question is asked, not what it is about. To FTS5 they are words as others are.
STOP_WORDS: Final = frozenset(
    """a about after again all also am an and any are aren as at be because been before being but by can could couldn
    currently did didn do does doesn doing don else for from had hadn has hasn have haven having he her here
    hers herself him himself his how i if in into is isn it its itself just ll m many me moment more most much
    my myself no nor not now nowadays of off on once only or other our ours out over own please re remember said
    say she should shouldn so some still such t tell than that the their theirs them then there these they this
    those through to too under until up us ve very was wasn we were weren what when where which while who whom
    whose why will with won would wouldn you your yours""".split()  # noqa: SIM905  # a list of words reads best as words
)

#: Words that many questions share whatever they are about: what kind of answer is wanted, light verbs, degrees and
#: small numbers. In a few hundred memories each may be rare, and tells little all the same.
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

#: Each line: forms of one word, or words that people use for one another.
_SAME: Final = """
    beat beaten
    become became
    begin began begun
    bend bent
    bite bit bitten
    blow blew blown
    break broke broken
    bring brought
    build built
    burn burnt
    buy bought
    catch caught
    choose chose chosen
    come came
    cut cutting
    deal dealt
    dig dug
    draw drew drawn
    dream dreamt
    drink drank drunk
    drive drove driven
    eat ate eaten
    fall fell fallen
    feed fed
    feel felt
    fight fought
    find found
    fly flew flown
    forget forgot forgotten
    freeze froze frozen
    get got gotten
    give gave given
    go went gone
    grow grew grown
    hang hung
    hear heard
    hide hid hidden
    hold held
    keep kept
    know knew known
    lead led
    learn learnt
    leave left
    lend lent
    let letting
    lie lay lain
    light lit
    lose lost
    make made
    mean meant
    meet met
    pay paid
    read reading
    ride rode ridden
    ring rang rung
    rise rose risen
    run ran
    see saw seen
    sell sold
    send sent
    sew sewn
    shine shone
    shoot shot
    shrink shrank shrunk
    sing sang sung
    sit sat
    sleep slept
    speak spoke spoken
    spend spent
    spill spilt
    spoil spoilt
    stand stood
    steal stole stolen
    stick stuck
    sting stung
    strike struck
    sweep swept
    swim swam swum
    take took taken
    teach taught
    tear tore torn
    think thought
    throw threw thrown
    understand understood
    wake woke woken
    wear wore worn
    weep wept
    win won
    write wrote written
    child children kid
    foot feet
    half halves
    knife knives
    leaf leaves
    life lives
    man men
    mouse mice
    person people
    shelf shelves
    tooth teeth
    wife wives
    woman women
    best good better
    bad worse worst
    die died death
    marry marriage married
    mother mum mom mummy mama
    father dad daddy papa
    grandmother grandma granny
    grandfather grandpa grandad
    bicycle bike
    telephone phone
    television tv
    refrigerator fridge
    photograph photo picture
    veterinarian vet
    doctor dr gp
    mister mr
    saint st
    mathematics maths math
    examination exam
    laboratory lab
    influenza flu
    advertisement advert ad
    gymnasium gym
    aeroplane airplane plane
    physiotherapist physio
    film movie
    holiday vacation
    flat apartment
    rubbish garbage trash
    lift elevator
    lorry truck
    shop store
    autumn fall
    mobile cellphone
    nappy diaper
    petrol gasoline
    tyre tire
    colour color
    grey gray
    centre center
    neighbour neighbor
    theatre theater
    metre meter
    litre liter
    favourite favorite
    jewellery jewelry
    pyjamas pajamas
    mould mold
    plough plow
"""
_FORMS: Final[dict[str, tuple[str, ...]]] = {}
for _line in _SAME.splitlines():
    for _word in _line.split():
        _FORMS[_word] = (*_FORMS.get(_word, ()), *(form for form in _line.split() if form != _word))

_WORD: Final = re.compile(r"\w+(?:['’]s\b)?")


def key_words(question: str) -> tuple[str, ...]:
    """The words of a question that tell what it is about, in order, each once."""
    words = (re.sub(r"['’]s$", "", word.casefold()) for word in _WORD.findall(question))
    return tuple(dict.fromkeys(word for word in words if word not in STOP_WORDS))


def forms(word: str) -> tuple[str, ...]:
    """The word, and the words that may stand for it in a memory."""
    return (word, *_FORMS.get(word, ()), *_FORMS.get(_singular(word), ()))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > len("bus") and not word.endswith("ss") else word
