# docker build --build-arg SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" -t bernard .
#
# The image holds the one binary, the C library, the certificate authorities, and nothing else: no shell, no configuration, nothing to
# build or to simulate with. It stands on no other image; what it takes from Debian comes from the build's, so building it again
# is how it is brought up to date.

# The compiler of rust-toolchain.toml. packaging/raise-image puts the digest behind it, where a registry of images can be reached.
ARG RUST_IMAGE=docker.io/library/rust:1.95.0-bookworm
# hadolint ignore=DL3006
FROM ${RUST_IMAGE} AS build
RUN cargo install --locked --version 0.7.7 cargo-auditable
WORKDIR /bernard
COPY . .
ARG SOURCE_DATE_EPOCH=0
RUN packaging/image-root "$(packaging/build)" /image

FROM scratch
COPY --from=build /image /
# The default store, sqlite://data/bernard.db, is /data/bernard.db from here. All else may be mounted read-only.
WORKDIR /
VOLUME /data
# The C library keeps memory for each of many threads that asked for some: two such stores are enough (docs/scale.md).
ENV MALLOC_ARENA_MAX=2
USER 10001:10001
# /healthz, /readyz, /metrics; seen from outside once the configuration says listen = "0.0.0.0:9090".
EXPOSE 9090
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD ["/usr/local/bin/bernard", "healthcheck", "--config", "/etc/bernard/bernard.toml"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/bernard"]
CMD ["run", "--config", "/etc/bernard/bernard.toml"]
