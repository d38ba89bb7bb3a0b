"""How good are the answers? Questions over the sample memories, with the memories that they must cite."""
