"""What labhub's configuration costs beside a plain JupyterHub."""
