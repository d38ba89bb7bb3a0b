"""What so many chats a second need: workers, waits and refusals by simulation, money and AWS's quotas on paper."""
