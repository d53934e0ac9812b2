# A student's server: JupyterLab, the labs' packages, labhub's tools. From labhub's folder:
#   docker build -f hub_config/docker/lab.Dockerfile -t labhub-lab:latest .
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 --shell /bin/bash student
WORKDIR /opt/labhub
COPY requirements/dev.txt requirements/
RUN pip install --no-cache-dir uv \
 && uv pip install --system --no-cache --require-hashes -r requirements/dev.txt \
 && uv pip uninstall --system rfc3987-syntax  # see tools/setup.sh
COPY pyproject.toml README.md LICENSE ./
COPY labhub labhub
COPY nnlab nnlab
RUN uv pip install --system --no-cache --no-deps --no-build-isolation .
# The tools of a student: no formgrader, no editor of assignments; kernels talk over sockets.
RUN python -c "from pathlib import Path; from labhub.hub.jupyter import write_image_config; \
    write_image_config(Path('/etc/jupyter'))"
ENV OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 NNLAB_DATA=/srv/data
USER student
WORKDIR /home/student
EXPOSE 8888
CMD ["python", "-m", "jupyterhub.singleuser"]
