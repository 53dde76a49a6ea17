"""Session of one visitor: its state, and what happens to it by use case. Needs no Streamlit."""
