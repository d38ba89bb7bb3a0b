"""A LangGraph graph as an agent: search, judge, search again in other words, write.

The graph needs no model, so that it runs everywhere; `other_words` and `write` are where you would call one.
"""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from adapters.agents.bedrock.tools import MemoryTools, MemoryView
from adapters.agents.custom_agent import AgentDependencies, Reason
from adapters.search.engine import MemorySearch
from adapters.search.vocabulary import key_words, variants
from adapters.time_zones import asked_at
from domain.chat import Citation
from domain.ports import ProgressReporter
from domain.records import Answer, Assignment

ROUNDS = 3
ENOUGH = 3


class Research(TypedDict):
    """The state that the nodes pass on."""

    question: str
    phrasings: list[str]
    found: list[MemoryView]
    rounds: int
    answer: str


def agent(dependencies: AgentDependencies) -> Reason:
    """The factory that ASYNC_CHAT_AGENT=graph_agent:agent names."""

    def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        memories = dependencies.memories.list_all(assignment.user_id)
        with MemorySearch(memories) as search:
            tools = MemoryTools(search, asked_at(assignment), progress)
            start = Research(
                question=assignment.question, phrasings=[assignment.question], found=[], rounds=0, answer=""
            )
            end = start
            for values in _graph(tools).stream(start, stream_mode="values"):
                progress.raise_if_ended()  # raises when the user has cancelled
                end = values
            progress.draft(end["answer"])
            return Answer(end["answer"], tuple(_citations(end["found"], tools)))

    return reason


def _graph(tools: MemoryTools) -> Any:
    """One graph per question: the tools are bound to its user."""

    def look(state: Research) -> dict[str, Any]:
        shown = tools.search_for(state["phrasings"]).memories
        known = {one.memory for one in state["found"]}
        return {
            "found": [*state["found"], *(one for one in shown if one.memory not in known)],
            "rounds": state["rounds"] + 1,
        }

    def other_words(state: Research) -> dict[str, Any]:
        words = key_words(state["question"])
        return {"phrasings": [" ".join(variants(word)[:3]) for word in words][:6] or [state["question"]]}

    def write(state: Research) -> dict[str, Any]:
        lines = [f"- {one.when}: {one.text}" for one in state["found"][:ENOUGH]]
        return {"answer": "\n".join(lines) or "I found nothing about that in your memories."}

    def enough(state: Research) -> str:
        return "write" if len(state["found"]) >= ENOUGH or state["rounds"] >= ROUNDS else "other_words"

    graph = StateGraph(Research)
    graph.add_node("look", look)
    graph.add_node("other_words", other_words)
    graph.add_node("write", write)
    graph.add_edge(START, "look")
    graph.add_conditional_edges("look", enough, ["write", "other_words"])
    graph.add_edge("other_words", "look")
    graph.add_edge("write", END)
    return graph.compile()


def _citations(found: list[MemoryView], tools: MemoryTools) -> list[Citation]:
    memories = [tools.labelled(one.memory) for one in found[:ENOUGH]]
    return [Citation(memory.memory_id, memory.text) for memory in memories if memory]
