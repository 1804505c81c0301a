#!/usr/bin/env bash
# Makes the console's fonts again: the letters of Tibetan and of Lisu out of Noto (Debian's fonts-noto-core), with all that
# shaping needs. Prints the versions by which style.css names them.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install.sh fonts-noto-core python3-venv
venv=target/fonts-venv
[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check fonttools==4.68.0 brotli==1.2.1
noto=/usr/share/fonts/truetype/noto
subset() { # FONT CODES
    "$venv/bin/pyftsubset" "$noto/$1-Regular.ttf" --unicodes="$2" --layout-features='*' --flavor=woff2 \
        --output-file="src/console/web/fonts/$1.woff2"
    sha256sum "src/console/web/fonts/$1.woff2"
}
subset NotoSerifTibetan U+0F00-0FFF,U+0020,U+00A0,U+200B-200D,U+25CC
subset NotoSansLisu U+A4D0-A4FF,U+02BC,U+02CD,U+0020,U+00A0
