# Sets up everything Sogdia needs in the folder .sogdia-setup and in .venv: sourced by the scripts
# beside it. Needs Python 3.11 or later; everything else is fetched once and then kept.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
setup="$root/.sogdia-setup"
say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in python3.13 python3.12 python3.11 python3; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "Sogdia needs Python 3.11 or later; on Debian: apt-get install -y python3"
    exit 2
}

# uv comes from PATH, or from pip: in a private environment, or where Debian has cut venv out of
# Python, through the package python3-venv, or by pip into a private folder.
find_uv() {
    if command -v uv >/dev/null 2>&1; then
        uv=uv
        return
    fi
    uv="$setup/bin/uv"
    [ -x "$uv" ] && return
    say "setting up (once) ..."
    python=$(find_python)
    rm -rf "$setup"
    if "$python" -m venv "$setup" >/dev/null 2>&1 || "$python" -m virtualenv -q "$setup" >/dev/null 2>&1; then
        "$setup/bin/python" -m pip install -q --disable-pip-version-check uv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$setup"
        "$python" -m pip install -q --disable-pip-version-check --no-warn-script-location \
            --target "$setup/lib" uv
        mkdir -p "$setup/bin" && ln -sf "$setup/lib/bin/uv" "$uv"
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
        rm -rf "$setup"
        "$python" -m venv "$setup"
        "$setup/bin/python" -m pip install -q --disable-pip-version-check uv
    else
        say "Python has neither venv nor pip; on Debian: apt-get install -y python3-venv"
        exit 2
    fi
}

# sync GROUPS...: install what the lock file says, quietly, and compile once.
sync() {
    find_uv
    "$uv" sync --quiet --locked --project "$root" --compile-bytecode "$@"
    stamp="$root/.venv/.sogdia-kernels"
    newest=$(ls -t "$root"/src/sogdia/models/*/solve*.py "$stamp" 2>/dev/null | head -n 1)
    if [ "$newest" != "$stamp" ]; then
        "$root/.venv/bin/python" -m compileall -q "$root/src" >/dev/null || true
        "$root/.venv/bin/python" -m sogdia.appraisal.compile_kernels
        : >"$stamp"
    fi
}

# need_browser: Chromium for the browser tests and for PDF, where it can be had, and letters for it.
need_browser() {
    command -v chromium >/dev/null 2>&1 && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing chromium and a font with Chinese letters (once) ..."
        (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends chromium fonts-wqy-microhei) >/dev/null 2>&1 || true
    fi
    command -v chromium >/dev/null 2>&1 ||
        say "no chromium: the browser tests are skipped; on Debian: apt-get install -y chromium"
}
