# The Hub with its proxy, the hand-in service and the formgraders. From labhub's folder:
#   docker build -f hub_config/docker/hub.Dockerfile -t labhub-hub:latest .
FROM python:3.11-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/labhub
COPY requirements/dev.txt requirements/
RUN pip install --no-cache-dir uv \
 && uv pip install --system --no-cache --require-hashes -r requirements/dev.txt \
 && uv pip uninstall --system rfc3987-syntax  # see tools/setup.sh
COPY pyproject.toml README.md LICENSE package.json package-lock.json ./
RUN npm ci --silent --no-audit --no-fund
COPY labhub labhub
COPY nnlab nnlab
COPY hub_config hub_config
RUN uv pip install --system --no-cache --no-deps --no-build-isolation --editable .
ENV LABHUB_HUB=/srv/labhub/hub.toml
EXPOSE 8000
CMD ["python", "-m", "jupyterhub", "-f", "/opt/labhub/hub_config/jupyterhub_config.py"]
