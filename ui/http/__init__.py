"""ASGI middleware in front of Streamlit: cookies, host names, security headers, uploads."""
