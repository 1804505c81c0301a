#!/usr/bin/env bash
# Makes the Debian package of a program that was built before, looks into it, and installs, upgrades, removes and purges
# it: test-package.sh BINARY
#
# As root all that happens in a copy of this system that is thrown away (an overlay in a mount namespace of its own); where
# the kernel allows none, in this system, if nothing of cunxiang is there. Not as root the package is looked into only.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${1:-target/debug/cunxiang}
# What the documents state (docs/guide/packages.md); see the exposure in `systemd-analyze security`.
EXPOSURE_COUNTY_MAX=1.5
EXPOSURE_STATION_MAX=2.5

fail() {
    echo "test-package: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

exposure() { systemd-analyze security --offline=true "$1" | sed -n 's/.*Overall exposure level[^:]*: \([0-9.]*\) .*/\1/p'; }
at_most() {
    local found
    found=$(exposure "$1")
    echo "exposure of $2: $found (at most $3)"
    awk -v found="$found" -v most="$3" 'BEGIN { exit !(found != "" && found <= most) }' || fail "$2 is exposed: $found"
    grep -q "$2: $found" docs/guide/packages.md || fail "docs/guide/packages.md does not say \`$2: $found\`"
}
mkdir -p "$work/units/cunxiang.service.d"
cp packaging/systemd/*.service "$work/units/"
at_most "$work/units/cunxiang.service" cunxiang.service "$EXPOSURE_COUNTY_MAX"
at_most "$work/units/cunxiang-station.service" cunxiang-station.service "$EXPOSURE_STATION_MAX"
cp packaging/systemd/sound.conf "$work/units/cunxiang.service.d/"
at_most "$work/units/cunxiang.service" "cunxiang.service with sound.conf" "$EXPOSURE_STATION_MAX"

architecture=$(dpkg --print-architecture)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
first=$(scripts/package.sh "$binary" "$architecture" "$version" "$work")
second=$(scripts/package.sh "$binary" "$architecture" "$version+1" "$work")

# Mode, owner and path of what must be there; nothing belongs to anyone but root, nothing can be written by others.
dpkg-deb --contents "$first" > "$work/contents"
while read -r mode path; do
    grep -Eq "^$mode root/root .* \./$path\$" "$work/contents" || fail "the package has no $mode $path"
done <<'END'
-rwxr-xr-x usr/bin/cunxiang
-rw-r--r-- usr/lib/systemd/system/cunxiang.service
-rw-r--r-- usr/lib/systemd/system/cunxiang-station.service
-rw-r--r-- usr/lib/sysusers.d/cunxiang.conf
-rw-r--r-- etc/cunxiang/config/machine.toml
-rw-r--r-- usr/share/cunxiang/sample/config/county.toml
-rw-r--r-- usr/share/cunxiang/sample/locales/bo/epidemic.ftl
-rw-r--r-- usr/share/cunxiang/sample/broadcasts/epidemic-daily.toml
-rw-r--r-- usr/share/doc/cunxiang/guide/install.md
-rw-r--r-- usr/share/doc/cunxiang/copyright
drwxr-xr-x etc/cunxiang/
END
if grep -v ' root/root ' "$work/contents" || grep -E '^.{5}w|^.{8}w' "$work/contents"; then
    fail "the lines above belong to others or can be written by them"
fi
dpkg-deb --ctrl-tarfile "$first" | tar -tf - | sort > "$work/control"
for name in ./conffiles ./control ./md5sums ./postinst ./postrm ./prerm; do
    grep -qx "$name" "$work/control" || fail "the package has no $name"
done

if [[ $(id -u) -ne 0 ]]; then
    echo "test-package: not root: the package was looked into, and neither installed nor removed"
    exit 0
fi

# Runs in the copy, or here. $1 and $2 are the packages.
cat > "$work/life.sh" <<'END'
set -euo pipefail
first=$1 second=$2 binary=/usr/bin/cunxiang
fail() { echo "test-package: $*" >&2; exit 1; }
is() { [[ $(stat -c '%a %U:%G' "$2") == "$1" ]] || fail "$2 is $(stat -c '%a %U:%G' "$2"), not $1"; }
state() { dpkg-query --show --showformat='${db:Status-Status} ${Version}' cunxiang 2>/dev/null || true; }
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

echo "installing $first"
dpkg --install "$first" >/dev/null
is "755 root:root" $binary
is "750 root:cunxiang" /etc/cunxiang
is "640 root:cunxiang" /etc/cunxiang/config/machine.toml
is "750 cunxiang:cunxiang" /var/lib/cunxiang
[[ $(id -u cunxiang) -ne 0 && $(getent passwd cunxiang | cut -d : -f 6,7) == /var/lib/cunxiang:*nologin ]] ||
    fail "the account is $(getent passwd cunxiang)"
! id -nG cunxiang | grep -qw audio || fail "the account is in audio always; the unit alone should put it there"
$binary --version >/dev/null
(cd /usr/share/cunxiang/sample && $binary check >/dev/null) || fail "the sample that is installed has faults"
systemd-analyze verify --man=no cunxiang.service cunxiang-station.service 2>&1 | grep -i cunxiang && fail "the units have faults"
dpkg --verify cunxiang | grep -v ' c ' && fail "files differ from the package"

# A county sets itself up and runs, as its account.
echo 'listen = "127.0.0.1:18391"' > /etc/cunxiang/config/machine.toml
cp -rn /usr/share/cunxiang/sample/. /etc/cunxiang/
runuser -u cunxiang -- $binary --home /etc/cunxiang --data /var/lib/cunxiang run >/dev/null 2>/tmp/cunxiang-run.log &
for _ in $(seq 600); do
    [[ -S /var/lib/cunxiang/cunxiang.sock ]] && break
    sleep 0.1
done
[[ -S /var/lib/cunxiang/cunxiang.sock ]] || { cat /tmp/cunxiang-run.log >&2; fail "the installed daemon does not start"; }
kill "$(pgrep -n -u cunxiang -x cunxiang)"
wait || true
[[ -s /var/lib/cunxiang/ledger.db ]] || fail "the daemon kept no ledger"
ledger=$(sha256sum /var/lib/cunxiang/ledger.db)
key=$(sha256sum /var/lib/cunxiang/keys/root.key)
kept() {
    [[ $(sha256sum /var/lib/cunxiang/ledger.db) == "$ledger" ]] || fail "$1 changed the ledger"
    [[ $(sha256sum /var/lib/cunxiang/keys/root.key) == "$key" ]] || fail "$1 changed the root key"
    [[ $(cat /etc/cunxiang/config/machine.toml) == 'listen = "127.0.0.1:18391"' ]] || fail "$1 changed machine.toml"
}
chmod 600 /etc/cunxiang/config/machine.toml

echo "upgrading to $second"
before=$(state)
dpkg --install "$second" >/dev/null
[[ $(state) == "installed "*+1 && $before != "$(state)" ]] || fail "after the upgrade it is $(state)"
kept "the upgrade"
is "600 root:cunxiang" /etc/cunxiang/config/machine.toml
is "750 cunxiang:cunxiang" /var/lib/cunxiang

echo "removing"
dpkg --remove cunxiang >/dev/null
[[ $(state) == "config-files "* ]] || fail "after the removal it is $(state)"
[[ ! -e $binary && ! -e /usr/lib/systemd/system/cunxiang.service && ! -e /usr/share/cunxiang ]] || fail "files stayed"
kept "the removal"

echo "purging"
dpkg --purge cunxiang >/dev/null 2>&1
[[ ! -e /var/lib/cunxiang ]] || fail "the purge kept /var/lib/cunxiang"
[[ ! -e /etc/cunxiang/config/machine.toml ]] || fail "the purge kept its configuration"
[[ -e /etc/cunxiang/broadcasts/epidemic-daily.toml ]] || fail "the purge took away what people wrote"
[[ $(state) != *installed* ]] || fail "after the purge it is $(state)"
END

# Tmpfs, because an overlay cannot lie on another one.
in_copy() {
    unshare --mount --propagation private -- bash -euc '
        mount -t tmpfs -o size=1g tmpfs "$1/copy"
        mkdir "$1/copy/upper" "$1/copy/work" "$1/copy/root"
        mount -t overlay -o "lowerdir=/,upperdir=$1/copy/upper,workdir=$1/copy/work" overlay "$1/copy/root"
        root=$1/copy/root
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/run"
        mount -t tmpfs tmpfs "$root/tmp"
        mkdir "$root/tmp/packages"
        cp "$1/life.sh" "$2" "$3" "$root/tmp/packages/"
        [[ $4 == try ]] || chroot "$root" bash /tmp/packages/life.sh "/tmp/packages/${2##*/}" "/tmp/packages/${3##*/}"
    ' bash "$work" "$first" "$second" "$1"
}
mkdir "$work/copy"
if in_copy try 2>/dev/null; then
    echo "in a copy of this system"
    in_copy live
else
    echo "in this system"
    for path in /etc/cunxiang /var/lib/cunxiang /usr/bin/cunxiang; do
        [[ ! -e $path ]] || fail "$path is there: this machine is in use, the package is not tried on it"
    done
    ! getent passwd cunxiang >/dev/null || fail "there is an account cunxiang: the package is not tried on this machine"
    undo() {
        dpkg --purge --force-all cunxiang >/dev/null 2>&1 || true
        rm -rf /etc/cunxiang /var/lib/cunxiang "$work"
        userdel cunxiang 2>/dev/null || true
        groupdel cunxiang 2>/dev/null || true
    }
    trap undo EXIT
    bash "$work/life.sh" "$first" "$second"
fi
echo "test-package: ok"
