"""The part of DynamoDB that the service uses, in memory: sorted partitions, conditions, consumed units."""
