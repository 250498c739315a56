# Sourced by bin/run and bin/test: finding Python and keeping .venv up to date.
# Sets ROOT, VENV and PORTAL_VAR (the directory of everything the portal writes) and goes to ROOT.

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
VENV="$ROOT/.venv"
case ${PORTAL_VAR:-} in
'') PORTAL_VAR="$ROOT/var" ;;
/*) ;;
*) PORTAL_VAR="$(pwd)/$PORTAL_VAR" ;;
esac
export PORTAL_VAR
cd "$ROOT"

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

is_python() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# activate is the last file that a new environment gets, and it names its own place: without it the
# environment is half made, with another path in it the directory was moved or copied.
is_venv_sound() {
    is_python "$VENV/bin/python" && grep -qF "$VENV" "$VENV/bin/activate" 2>/dev/null
}

# Sets PYTHON: the environment's own, or else one to build the environment with.
find_python() {
    if is_venv_sound; then
        PYTHON="$VENV/bin/python"
        return
    fi
    without_venv=
    for candidate in python3.13 python3.12 python3.11 python3 python; do
        is_python "$candidate" || continue
        if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            PYTHON=$candidate
            return
        fi
        without_venv=$candidate
    done
    if [ -n "$without_venv" ]; then
        fail "Modul venv untuk $without_venv belum ada. Pasang paket python3-venv (Debian dan Ubuntu: apt install python3-venv), lalu ulangi."
    fi
    fail "Python 3.11 atau yang lebih baru tidak ditemukan. Pasang Python 3.11, 3.12, atau 3.13, lalu ulangi." \
        "(Python 3.11 or newer was not found. Install it and try again.)"
}

# lock FD FLAGS: a lock of the kernel on an open file; it ends with the process that holds it.
lock() {
    "$PYTHON" -c 'import fcntl, sys; fcntl.flock(int(sys.argv[1]), eval(sys.argv[2], vars(fcntl)))' \
        "$1" "$2" 2>/dev/null
}

prepare_var() {
    mkdir -p "$PORTAL_VAR" 2>/dev/null || true
    for directory in "$ROOT" "$PORTAL_VAR"; do
        [ -w "$directory" ] ||
            fail "Direktori $directory tidak dapat ditulisi oleh pengguna $(id -un). Jalankan sebagai pengguna pemilik direktori itu."
    done
}

# install_requirements FILE...: the last file names what is installed, the others are part of it.
install_requirements() {
    exec 8>>"$PORTAL_VAR/venv.lock"
    lock 8 LOCK_EX
    # Another process may have built the environment while this one waited.
    if ! is_venv_sound; then
        find_python
        echo "Membuat lingkungan Python di .venv ..."
        rm -rf "$VENV"
        "$PYTHON" -m venv "$VENV" || fail "Lingkungan Python di $VENV tidak dapat dibuat; lihat pesan di atas."
    fi
    PYTHON="$VENV/bin/python"
    for file in "$@"; do :; done
    marker="$VENV/installed-$(basename "$file")"
    wanted=$(for name in "$@"; do cat "$ROOT/$name"; done | cksum)
    if [ "$(cat "$marker" 2>/dev/null)" != "$wanted" ]; then
        echo "Memasang pustaka dari $file (hanya saat pertama kali atau setelah berubah) ..."
        "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-input \
            -r "$ROOT/$file" ||
            fail "Pustaka dari $file tidak dapat dipasang; lihat pesan di atas. Periksa sambungan ke sumber paket, lalu ulangi."
        printf '%s\n' "$wanted" >"$marker"
    fi
    exec 8>&-
}
