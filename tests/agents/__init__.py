"""The agents: how they search, what they tell the user, how they fail, and what nobody can talk them into."""
