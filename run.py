"""Install and start Unpadded, or run its tests, with nothing but Python on the machine.

    python3 run.py          makes .venv, installs requirements.txt, starts the app
    python3 run.py test     makes .venv, installs requirements-dev.txt, runs the tests
                            (with --fast: those that take little time;
                            with --all: also the further cases of large matrices;
                            with --internet: those that ask the internet, and no others)

On Windows: py run.py, and py run.py test. What follows "app" or "test" goes to Streamlit or
pytest, e.g. python3 run.py app --server.port 8600.
"""

# Any Python must be able to read this far, to be told in one sentence which one is needed:
# so no f-strings and no newer syntax in this file.
import os
import subprocess
import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))  # those TensorFlow 2.21 has wheels for
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
COMMANDS = {
    "app": ("requirements.txt", ["-m", "streamlit", "run", "app.py"]),
    # Much of the time a test waits, for a browser or a worker: two at once take two thirds of it.
    "test": ("requirements-dev.txt", ["-m", "pytest", "-n", "2", "--dist", "worksteal"]),
}


def main(arguments):
    if sys.version_info[:2] not in SUPPORTED:
        return (
            "Unpadded needs Python 3.11, 3.12 or 3.13, and this is Python %d.%d."
            % (sys.version_info[:2])
        )
    name = arguments[0] if arguments else "app"
    if name not in COMMANDS:
        return __doc__
    requirements, command = COMMANDS[name]
    os.chdir(HERE)
    if not os.path.exists(PYTHON):
        subprocess.check_call([sys.executable, "-m", "venv", VENV])
    install = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.check_call(install + ["-r", requirements])
    try:
        return subprocess.call([PYTHON] + command + arguments[1:])
    except KeyboardInterrupt:  # Ctrl-C has ended the app; there is nothing to add
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
