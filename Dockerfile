# Unpadded in one container:
#     docker build -t unpadded .
#     docker run --init -p 127.0.0.1:8501:8501 -v unpadded:/data unpadded
#
# Two kinds of processes come from this image. The server (the CMD below) answers browsers and never
# loads TensorFlow. Workers hold TensorFlow and do all training and prediction: by itself the server
# starts them as its children, as many as the container's cores and memory allow; compose.yaml runs
# them as containers of their own, beside a Dask scheduler and PostgreSQL. docs/hosting.md says more.
# The packages, without what only tests and builds of other programs need: a fifth of their size.
FROM python:3.12-slim AS packages
RUN python -m venv --without-pip /opt/venv
COPY deploy/container.txt .
RUN pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --no-deps --require-hashes -r container.txt && \
    cd /opt/venv/lib/python3.12/site-packages && \
    rm -rf clang && \
    find . -type d \( -name include -o -name tests \) -prune -exec rm -r {} +

FROM python:3.12-slim

# Nobody needs to be root in here. Hugging Face runs its Spaces as user 1000.
RUN useradd --create-home --uid 1000 unpadded

WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .

# The volumes' folders, for an empty volume takes its owner from the folder it covers: /data is
# SQLite's, /tls is where compose.yaml keeps Dask's certificate.
RUN install --directory --owner=unpadded --group=unpadded --mode=0700 /data /tls
VOLUME /data
USER 1000

# Streamlit's settings, so that a host can overrule each of them by a variable of its own. Without
# the last one Streamlit would ask a server on the Internet for this one's address, to print it.
ENV PATH="/opt/venv/bin:$PATH" \
    UNPADDED_DATA=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_BASE_URL_PATH="" \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.request as web; e = os.environ; web.urlopen('/'.join(filter(None, ['http://127.0.0.1:' + e['STREAMLIT_SERVER_PORT'], e['STREAMLIT_SERVER_BASE_URL_PATH'].strip('/'), '_stcore/health'])), timeout=4)"]

CMD ["streamlit", "run", "app.py"]
