# One image, three commands: web, worker, migrate. PostgreSQL and Redis are elsewhere.
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv .venv
# Before the code, so that a change of the code installs nothing anew.
COPY requirements.lock ./
RUN .venv/bin/pip install --require-hashes --no-deps --no-compile -r requirements.lock
COPY migrations ./migrations
COPY routing ./routing
COPY notifiers ./notifiers
COPY service ./service
# COPY keeps modes: where a strict umask checked the code out, only root could read it.
RUN printf '#!/bin/sh\nexec /app/.venv/bin/python -m service.cli "$@"\n' > .venv/bin/heliograph \
    && chmod 755 .venv/bin/heliograph \
    && chmod -R a+rX migrations routing notifiers service \
    && .venv/bin/python -m compileall -q -j 0 .venv/lib service notifiers routing

FROM python:3.12-slim
# The base comes without; every start, and every look at web's health, would compile it anew.
RUN python -m compileall -q -j 0 "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
# A name for the number: what looks its own user up finds one.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin heliograph \
    && install -d -o heliograph -g heliograph -m 0700 /data
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HELIOGRAPH_HOST=0.0.0.0 \
    HELIOGRAPH_PORT=8000 \
    HELIOGRAPH_DATA_DIR=/data
WORKDIR /app
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["heliograph"]
CMD ["web"]
