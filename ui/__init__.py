"""What a person touches: the chat page, the command line, and how answers look in each."""
