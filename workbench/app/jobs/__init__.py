"""Work outside the UI thread, and how it is shown."""
