"""What stands around the pages: parts of the server in front of Streamlit."""
