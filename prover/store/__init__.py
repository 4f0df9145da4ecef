"""The truth about jobs: an SQLite database and a content-addressed directory of artifacts."""
