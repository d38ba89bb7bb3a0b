"""`python -m tests evaluation`: measure the model-free agent, plain BM25 and any named agent.

python -m tests evaluation                                     the model-free agent beside plain BM25
python -m tests evaluation --set held-out                      on questions that nothing is tuned on
python -m tests evaluation --agent bedrock                     a real model too, as the ASYNC_CHAT_MODEL_* variables describe it
python -m tests evaluation --agent package.module:factory      an agent of your own too
python -m tests evaluation --embedding package.module:factory  search by meaning too, with a text embedding of your own
"""

import argparse
import os
import pkgutil
import sys
from typing import Final

from domain.ports import MemoryStore, ReasoningAgent
from entrypoints.settings import read_settings
from tests.evaluation.baselines import baselines, with_embedding
from tests.evaluation.measures import measure
from tests.evaluation.question_set import held_out, questions, sample_memories
from tests.evaluation.report import missed, table
from tests.support.deployed import deploy

SETS: Final = {"tuned": questions, "held-out": held_out}


def main(arguments: list[str]) -> None:
    given = _arguments(arguments)
    asked = [one for one in SETS[given.set]() if not given.kind or one.kind == given.kind]
    if given.count:  # of all kinds, not the first ones
        asked = asked[:: -(-len(asked) // given.count)]
    memories = sample_memories()
    measured = [*baselines(memories, asked), measure("recall", _agent("recall", memories), asked)]
    if given.agent != "recall":
        measured.append(measure(given.agent, _agent(given.agent, memories), asked))
    if given.embedding:
        measured.extend(with_embedding(memories, pkgutil.resolve_name(given.embedding)(), asked))
    lines = [f"{len(asked)} questions over the sample memories of alice and bob", table(measured)]
    if given.missed:
        lines.extend(missed(measured[-1]))
    sys.stdout.write("\n".join([*lines, ""]))


def _agent(name: str, memories: MemoryStore) -> ReasoningAgent:
    """The agent as in the worker, over the sample memories."""
    environment = {**os.environ, "ASYNC_CHAT_AGENT": name, "ASYNC_CHAT_WORKSPACE": "evaluation"}
    tables = {"ASYNC_CHAT_CHATS_TABLE": "none", "ASYNC_CHAT_MEMORIES_TABLE": "none"}
    made: ReasoningAgent = deploy(settings=read_settings({**environment, **tables}), memories=memories).agent()
    return made


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests evaluation", description=__doc__)
    parser.add_argument("--agent", default="recall", help="recall, bedrock or package.module:factory")
    parser.add_argument("--embedding", help="package.module:factory of a TextEmbedding (hybrid_agent.py)")
    parser.add_argument("--set", choices=SETS, default="tuned", help="which questions (default: %(default)s)")
    parser.add_argument("--kind", help="only questions of this kind")
    parser.add_argument("--count", type=int, help="only about so many questions")
    parser.add_argument("--missed", action="store_true", help="list what was not answered as expected")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
