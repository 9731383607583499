# docker build -f collector-config/kubernetes/images/collector.Dockerfile -t spanwright-collector:0.1.0 .
FROM golang:1.26 AS build
WORKDIR /source
COPY collector-config/ collector-config/
RUN cp "$(collector-config/build.sh)" /otelcol

FROM debian:12-slim
COPY --from=build /otelcol /otelcol
USER 65532
ENTRYPOINT ["/otelcol"]
