"""Where papers live: the ledger (SQLite), the Chroma index built from it, exact search."""
