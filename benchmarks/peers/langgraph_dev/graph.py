"""A graph of one node, as in LangGraph's documentation: `langgraph dev`."""

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from sleeping import sleep_async


async def reason(state: MessagesState) -> dict[str, list[AIMessage]]:
    return {"messages": [AIMessage(await sleep_async(str(state["messages"][-1].content)))]}


builder = StateGraph(MessagesState)
builder.add_node("reason", reason)
builder.add_edge(START, "reason")
builder.add_edge("reason", END)
graph = builder.compile()
