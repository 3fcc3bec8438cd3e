"""What is agreed between the job and its neighbours: columns, dates, arguments and the published tables."""
