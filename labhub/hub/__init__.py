"""The JupyterHub around the course."""
