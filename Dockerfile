# docker build -t bernard .
#
# The image holds the one binary, the certificate authorities, and nothing to build or to simulate with.

FROM rust:1.95-bookworm AS build
WORKDIR /bernard
COPY . .
# Without default features: what only a demonstration needs stays out.
RUN cargo build --locked --profile dist --no-default-features --package bernard --bin bernard

FROM debian:bookworm-slim
# Unpinned on purpose: building the image again is how changes of the certificate authorities arrive.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 bernard \
    && useradd --uid 10001 --gid bernard --home-dir /data --no-create-home --shell /usr/sbin/nologin bernard \
    && install --directory --owner bernard --group bernard --mode 0700 /data
COPY --from=build /bernard/target/dist/bernard /usr/local/bin/bernard

# The default store, sqlite://data/bernard.db, is /data/bernard.db from here.
WORKDIR /
VOLUME /data
USER 10001:10001
# /healthz, /readyz, /metrics; seen from outside once the configuration says listen = "0.0.0.0:9090".
EXPOSE 9090
# No HEALTHCHECK: there is nothing in here to ask with. Let the orchestrator ask /healthz and /readyz.
STOPSIGNAL SIGTERM
ENTRYPOINT ["bernard"]
CMD ["run", "--config", "/etc/bernard/bernard.toml"]
