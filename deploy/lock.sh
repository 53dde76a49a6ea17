#!/usr/bin/env bash
# Compile the exact versions, with hashes, that CI (ci.txt) and the image (container.txt) install.
# Needs uv, on any machine: the files hold for every platform and Python that the ranges allow.
#
#   deploy/lock.sh              keeps what still fits the ranges
#   deploy/lock.sh --upgrade    takes the newest versions
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --generate-hashes --no-annotate --no-emit-index-url \
    --custom-compile-command deploy/lock.sh "$@"
}
compile --python-version 3.11 requirements-dev.txt --output-file deploy/ci.txt "$@"
# The image has the versions that CI has tested, and one of the two builds of TensorFlow.
echo 'tensorflow>=2.21,<2.22 ; platform_machine != "x86_64"' |
  compile --python-version 3.12 deploy/container.in --override /dev/stdin \
    --constraint deploy/ci.txt --output-file deploy/container.txt "$@"
