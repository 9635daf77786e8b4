#!/bin/sh
# Install Carrel into .venv:  scripts/setup.sh runtime | dev
# The Makefile calls it when .venv/runtime.stamp (or dev.stamp) is missing or older than pyproject.toml or constraints.txt.
set -eu

stage=$1
python=${PYTHON:-python3}
log=.venv/install.log

case $stage in
    runtime) extras=default-models ;;
    dev) extras=default-models,dev ;;
    *) echo "usage: scripts/setup.sh runtime|dev" >&2; exit 2 ;;
esac

refuse() {
    printf '\nCarrel was not set up: %s\n%s\n' "$1" "$2" >&2
    exit 1
}

check_python() {
    "$python" -c '' 2>/dev/null ||
        refuse "there is no working \`$python\`." \
            "Install Python 3.11 or newer, or name the one you have: make PYTHON=/path/to/python3 run"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        refuse "\`$python\` is $("$python" -V 2>&1), and Carrel needs 3.11 or newer." \
            "Name a newer one: make PYTHON=python3.12 run"
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        refuse "\`$python\` cannot make virtual environments." \
            "Install that part of Python; on Debian and Ubuntu: apt-get install python3-venv"
}

# A set-up killed while pip was copying files leaves packages that look installed and are not.
half_written() {
    grep -q '^Installing collected packages' "$log" 2>/dev/null && ! grep -q '^Successfully installed' "$log"
}

make_venv() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1 && ! half_written; then
        return
    fi
    check_python
    echo "Making the virtual environment .venv with $("$python" -V 2>&1)."
    "$python" -m venv --clear .venv || refuse "the virtual environment could not be made." "The lines above say why."
}

has_compiler() {
    for compiler in ${CXX:-} c++ g++ clang++; do
        ! command -v "$compiler" >/dev/null 2>&1 || return 0
    done
    return 1
}

# Without a compiler a ready-made wheel will do, where pip knows of one.
check_compiler() {
    has_compiler ||
        .venv/bin/python -m pip install --quiet --dry-run --no-deps --only-binary :all: -c constraints.txt \
            llama-cpp-python >/dev/null 2>&1 ||
        refuse "there is no C++ compiler, and llama-cpp-python has to be compiled." \
            "Install one; on Debian and Ubuntu: apt-get install g++ make, on macOS: xcode-select --install"
}

once() {
    case $said in *" $1 "*) return 1 ;; esac
    said="$said $1 "
}

# Show that the set-up is alive, for as long as the process $1 is.
watch_log() {
    seconds=0
    said=
    while kill -0 "$1" 2>/dev/null; do
        sleep 2 >/dev/null 2>&1
        seconds=$((seconds + 2))
        if grep -q '^ *Building wheel for llama-cpp-python' "$log" && once compile; then
            echo "  llama-cpp-python is compiled now, which takes about 5 minutes on two cores."
        fi
        if grep -q '^ *Downloading nvidia' "$log" && once cuda; then
            echo "  Note: pip is fetching PyTorch for NVIDIA cards, several gigabytes. For the small CPU build, stop with"
            echo "  Ctrl-C, set PIP_EXTRA_INDEX_URL to PyTorch's CPU wheel index, and run the same command again."
        fi
        if [ $((seconds % 30)) -eq 0 ]; then
            printf '  %d:%02d min  %.100s\n' $((seconds / 60)) $((seconds % 60)) "$(grep -v uninstall "$log" | tail -n 1 | sed 's/^ *//')"
        fi
    done
}

remedy() {
    if grep -q 'No space left on device' "$log"; then
        echo "The disk is full: Carrel's parts take about 3 GB. Make room and run the same command again."
    elif grep -q -e 'CMake Error' -e 'Failed building wheel for llama' -e 'Failed to build llama' "$log"; then
        echo "llama-cpp-python did not compile: check that a C and a C++ compiler work (on Debian: apt-get install g++ make)."
    elif grep -q -e 'NewConnectionError' -e 'Could not find a version' -e 'timed out' -e 'Connection reset' "$log"; then
        echo "A package could not be fetched: check the network (and pip's own settings) and run the same command again."
    else
        echo "Run the same command again; if it fails at the same place, \`make clean\` first."
    fi
    echo "The whole log is $log."
}

install() {
    : >"$log"
    watch_log $$ &
    watcher=$!
    trap 'kill "$watcher" 2>/dev/null' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    # By itself the compilation of llama-cpp-python would use one core where it finds no ninja.
    CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)} \
        .venv/bin/python -m pip install --no-input --progress-bar off --disable-pip-version-check \
        -c constraints.txt -e ".[$extras]" >"$log" 2>&1
}

make_venv
check_compiler
echo "Installing Carrel's parts into .venv ($extras). The first time takes minutes; a line will show every half minute."
if ! install; then
    echo "The set-up failed. The end of its log:" >&2
    tail -n 25 "$log" >&2
    refuse "pip stopped." "$(remedy)"
fi
# Last, so that an interrupted set-up is taken up again. What is installed for dev holds all of runtime.
touch .venv/runtime.stamp ".venv/$stage.stamp"
echo "Carrel's parts are installed."
