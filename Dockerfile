# syntax=docker/dockerfile:1
# Two builds and one small image: the panel, the Python packages, and what runs them without being root.

FROM node:20-bookworm-slim AS panel
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY static /build/static
COPY frontend ./
RUN npm run build

FROM python:3.12-slim-bookworm AS packages
WORKDIR /build
RUN python -m venv /opt/venv
COPY backend/requirements.txt ./
RUN /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8001 \
    DATA_DIR=/var/lib/atende-ai
RUN useradd --system --uid 10001 --no-create-home atende && install -d -o atende -m 0700 /var/lib/atende-ai
COPY --from=packages /opt/venv /opt/venv
COPY alembic.ini /app/
COPY static /app/static
COPY backend /app/backend
COPY --from=panel /build/frontend/dist /app/frontend/dist
USER atende
WORKDIR /app/backend
EXPOSE 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
# The image serves and nothing more. Before each new version, run once: `alembic upgrade head && python -m seeds`.
CMD ["sh", "-c", "exec python -m uvicorn main:app --host \"$HOST\" --port \"$PORT\" --forwarded-allow-ips \"${FORWARDED_ALLOW_IPS:-127.0.0.1}\" --timeout-graceful-shutdown 8 --no-server-header"]
