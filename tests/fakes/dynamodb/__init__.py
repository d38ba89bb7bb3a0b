"""DynamoDB as far as the service uses it, in this process: sorted partitions, conditions, consumed units."""
