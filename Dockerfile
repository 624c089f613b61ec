# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrate; docker-compose.yml names their commands.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
# The requirements change less often than the code: this layer is then reused.
COPY requirements.txt /tmp/requirements.txt
RUN pip install --require-hashes --only-binary :all: --requirement /tmp/requirements.txt
WORKDIR /app
COPY . .
# collectstatic needs settings but no servers; none of these values stays in the image.
RUN LOCAL=false SECRET_KEY=needed-only-to-collect-static-files SITE_URL=https://localhost \
    DATABASE_URL=postgres://nowhere/none REDIS_URL=redis://nowhere/0 \
    python manage.py collectstatic --no-input \
 && python -m compileall -q config local mail newsletter papers subscribers web

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 trending \
 && useradd --uid 10001 --gid trending --no-create-home --home-dir /tmp trending \
 && install --directory --owner=trending --group=trending --mode=700 /journal
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# VAR_DIR holds beat's schedule only, /journal what a worker has begun; all else is in PostgreSQL.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LOCAL=false VAR_DIR=/tmp BIND=0.0.0.0
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz?for=pages', timeout=4)"]
