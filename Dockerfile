FROM python:3.12-slim

RUN useradd --create-home berdaya
WORKDIR /app
COPY requirements.txt requirements-cluster.txt pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes -r requirements-cluster.txt
COPY bot bot
COPY handlers handlers
COPY models models
COPY texts texts
COPY config.example.toml ./
RUN pip install --no-cache-dir "setuptools>=80" && pip install --no-cache-dir --no-deps --no-build-isolation -e .

# An SQLite database lies here; `docker run -v berdaya:/app/var -p 127.0.0.1:8000:8000` keeps it from one container to the next.
RUN mkdir var && chown berdaya var
EXPOSE 8000

USER berdaya
ENV PYTHONUNBUFFERED=1 BERDAYA_WEB__HOST=0.0.0.0
ENTRYPOINT ["berdaya"]
CMD ["run"]
