# syntax=docker/dockerfile:1
# One image for every role: `serve api`, `serve mcp`, `serve worker`, its small companions `serve beat`
# and `serve exporter`, the simulators of outside services, and the command line itself.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 VIRTUAL_ENV=/venv
WORKDIR /build
COPY devstack/setup/uv.lock.txt requirements.runtime.lock ./
RUN python -m venv /venv \
    && python -m pip install --require-hashes --only-binary=:all: --requirement uv.lock.txt \
    && uv pip sync --require-hashes --compile-bytecode requirements.runtime.lock

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin instainstru
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Nobody may write it later: each process would compile all of this anew, and hold 3 MB more.
RUN python -m compileall -q api cli devstack instainstru_core mcp_server worker
ARG GIT_SHA=""
ENV INSTAINSTRU_GIT_SHA=$GIT_SHA
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-m", "devstack.container_health"]
ENTRYPOINT ["python", "-m", "cli.app"]
CMD ["serve", "api", "--host", "0.0.0.0", "--port", "8000"]
