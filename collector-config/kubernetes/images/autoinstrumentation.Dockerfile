# docker build -f collector-config/kubernetes/images/autoinstrumentation.Dockerfile -t spanwright-autoinstrumentation:0.1.0 .
# The layout that the OpenTelemetry Operator copies from: everything under /autoinstrumentation.
FROM python:3.13-slim
COPY . /source
RUN pip install --no-cache-dir --target /autoinstrumentation \
      /source/semconv "/source/processors[otlp]" /source/instrumentation \
      opentelemetry-distro opentelemetry-exporter-otlp-proto-http && rm -r /source
RUN chmod -R go+r /autoinstrumentation
