# An image that grades: docs/container.md says how to run it and what was tried. TAG and SNAPSHOT fix what is installed.
ARG TAG=3.12-slim-bookworm
FROM python:${TAG}
ARG SNAPSHOT=20261101T000000Z

# Debian's packages as they were on that day: bubblewrap and libseccomp isolate, bsdtar unpacks, openssl makes certificates.
RUN set -eu; . /etc/os-release; rm -rf /etc/apt/sources.list /etc/apt/sources.list.d; \
    for suite in "$VERSION_CODENAME" "$VERSION_CODENAME-updates"; do \
        echo "deb http://snapshot.debian.org/archive/debian/$SNAPSHOT $suite main"; \
    done > /etc/apt/sources.list; \
    apt-get -o Acquire::Check-Valid-Until=false update; \
    apt-get install -y --no-install-recommends bubblewrap libarchive-tools libseccomp2 openssl; \
    rm -rf /var/lib/apt/lists/*

COPY . /tmp/aelab
RUN cd /tmp/aelab && python -m pip install --no-cache-dir --constraint constraints.txt '.[cluster,grade,postgres]' \
    && rm -rf /tmp/aelab

# Nothing here needs root. The first tier needs user namespaces, which many hosts keep from containers: `aelab doctor` tells.
RUN useradd --create-home --uid 1000 instructor && install -d -o instructor -g instructor /lab /tls
USER instructor
WORKDIR /lab
ENV PYTHONUNBUFFERED=1
HEALTHCHECK --interval=30m --timeout=5m --start-period=5m CMD ["aelab", "doctor"]
ENTRYPOINT ["aelab"]
CMD ["--help"]
