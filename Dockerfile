# One image for every process of the bridge: what it does is its first words (web, worker, db upgrade, doctor ...).
# docker compose builds and runs it; docker-compose.yml says how each process is checked, since web and worker listen elsewhere.

FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/sprout \
    && /opt/sprout/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY worker worker
COPY web web
# The project is built here and installed as a wheel; the build's own packages stay behind in this stage.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/sprout/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim
# A fixed number, so that a volume keeps its owner through rebuilds. The user owns its data folder and nothing else.
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/talentsprout-bridge --shell /usr/sbin/nologin sprout \
    && install --directory --owner=sprout --mode=0700 /var/lib/talentsprout-bridge
COPY --from=build /opt/sprout /opt/sprout
ENV PATH=/opt/sprout/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SPROUT_CONFIG=/etc/sprout/bridge.toml
WORKDIR /var/lib/talentsprout-bridge
USER sprout
ENTRYPOINT ["sprout"]
CMD ["--help"]
