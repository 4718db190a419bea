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
RUN printf '#!/bin/sh\nexec /app/.venv/bin/python -m service.cli "$@"\n' > .venv/bin/heliograph \
    && chmod 755 .venv/bin/heliograph \
    && .venv/bin/python -m compileall -q -j 0 .venv/lib service notifiers routing

FROM python:3.12-slim
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
