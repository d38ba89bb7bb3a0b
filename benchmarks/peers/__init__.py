"""What people would build instead, each as its own documentation shows it, doing the same work as Async Chat."""
