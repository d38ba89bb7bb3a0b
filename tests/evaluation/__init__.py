"""Evaluation of agents: questions over the sample memories, with the memories that the answers must cite."""
