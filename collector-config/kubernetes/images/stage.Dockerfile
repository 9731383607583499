# docker build -f collector-config/kubernetes/images/stage.Dockerfile -t spanwright-stage:0.1.0 .
FROM python:3.13-slim
COPY . /source
RUN pip install --no-cache-dir /source/semconv "/source/processors[stage,presidio]" /source/analysis && rm -r /source
USER 65532
ENTRYPOINT ["spanwright"]
