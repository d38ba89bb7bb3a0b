"""Takes out of a model's text what is not meant for the person: its private thinking, and tokens of its chat template.

Models whose thinking the provider does not separate write it into the text, between tags of their own: `<think>`
(DeepSeek, Qwen), `<thinking>` (Claude, Nova), `<reasoning>` (gpt-oss on Bedrock), `[THINK]` (Magistral),
`<|START_THINKING|>` (Command), `◁think▷` (Kimi), `<|channel|>analysis` (gpt-oss).
"""

import re
from typing import Final

_NAMES: Final = (
    r"(?:[a-z]+:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|analysis|scratch[_-]?pad|deliberation|"
    r"(?:inner|internal)[_-](?:monologue|thoughts?|thinking)|monologue|chain[_-]of[_-]thought|cot)"
)
_MARKERS: Final = re.compile(
    rf"""
    (?P<begin> <{_NAMES}(?:\s[^<>]*)?(?<!/)> | \[think(?:ing)?\] | ◁think▷
             | <\|(?:begin_of|start)_(?:thought|think(?:ing)?)\|>
             | <\|channel\|>\s*(?:analysis|commentary)[^<]*(?:<\|message\|>)? )
  | (?P<end>   </{_NAMES}\s*> | \[/think(?:ing)?\] | ◁/think▷ | <\|end(?:_of)?_(?:thought|think(?:ing)?)\|>
             | <\|channel\|>\s*final[^<]*(?:<\|message\|>)? )
  | (?P<token> <{_NAMES}(?:\s[^<>]*)?/> | <\|start\|>\w* | <\|(?!channel)\w+\|> )
    """,
    re.IGNORECASE | re.VERBOSE,
)
#: Around the whole answer, beside thinking: the tags stay out, what they hold is the answer.
_ANSWER_TAG: Final = r"(?:final[_-])?(?:answer|response)|final|solution"
_OPENED: Final = re.compile(rf"\s*<(?:{_ANSWER_TAG})>", re.IGNORECASE)
_CLOSED: Final = re.compile(rf"</(?:{_ANSWER_TAG})>\s*$", re.IGNORECASE)
#: What may become a marker when more of the text arrives; the longest marker has a name of 80 characters.
_UNFINISHED: Final = re.compile(
    r"(?:<\|channel\|>[^<]*(?:<[^<>]*)?|[<\[◁](?:[^\s<>\[\]◁▷][^<>\[\]◁▷]{0,80})?)$", re.IGNORECASE
)


def without_private_text(text: str, *, finished: bool = True) -> str:
    """The part of `text` for the person, stripped. Unless `finished`, without an end that may turn out private.

    A block that is not closed reaches to the end. A closing tag without an opening one ends thinking that began with
    the text: some chat templates write the opening tag into the prompt.
    """
    shown, thinking, at = "", False, 0
    for marker in _MARKERS.finditer(text):
        if not thinking:
            shown += text[at : marker.start()]
        at = marker.end()
        if marker.lastgroup == "end":
            shown, thinking = (shown if thinking else ""), False
        elif marker.lastgroup == "begin":
            thinking = True
    if not thinking:
        shown += text[at:]
    if not finished:
        shown = _UNFINISHED.sub("", shown)
    opened = _OPENED.match(shown)
    if opened:
        shown = shown[opened.end() :]
        # Unfinished, the closing tag is either cut off above or complete.
        shown = _CLOSED.sub("", shown)
    return shown.strip() if finished else shown.lstrip()
