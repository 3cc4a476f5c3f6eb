"""What results say: estimates with their intervals, and summaries of many runs."""
