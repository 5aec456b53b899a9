# One image for the API, the worker and the migration: the command says which.
FROM python:3.11-slim-bookworm AS packages
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv
WORKDIR /build
COPY pyproject.toml requirements.lock ./
# What pyproject.toml asks for, of its extras s3 and wechat alone, in the versions and with the hashes of the lock.
RUN uv venv --python /usr/local/bin/python /venv \
 && uv pip install --python /venv/bin/python --no-cache --compile-bytecode \
    --require-hashes --requirements pyproject.toml --extra s3 --extra wechat --constraints requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin marketplace \
 && install --directory --owner=marketplace --mode=700 /var/lib/marketplace/documents
COPY --from=packages /venv /venv
WORKDIR /app
COPY activities activities
COPY api api
COPY models models
COPY workflows workflows
COPY logs.py settings.py temporal.py wechat.py worker.py ./
# The sandbox imports what a workflow is made of anew for every case: compiled here, and not each time.
RUN python -m compileall -q .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER marketplace
EXPOSE 8000
CMD ["uvicorn", "api.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "10"]
