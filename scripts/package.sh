#!/usr/bin/env bash
# Makes a Debian package of a program that was built before: package.sh BINARY ARCHITECTURE VERSION FOLDER
# Prints the package's path. Needs dpkg-deb and binutils; compiles nothing. STRIP and OBJDUMP name those of a cross
# toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -ne 4 ]]; then
    echo "package: usage: scripts/package.sh BINARY ARCHITECTURE VERSION FOLDER, such as target/release/cunxiang amd64 0.1.0 target/debian" >&2
    exit 2
fi
binary=$1 architecture=$2 version=$3 folder=$4
if [[ ! -x $binary ]]; then
    echo "package: there is no program $binary; build it first: cargo build --release --locked" >&2
    exit 1
fi

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
put() { install -D -m "$1" "$2" "$tree/$3"; }
# Copies a folder: 755 and 644, whatever the working copy has.
put_folder() {
    find "$1" -type f -print0 | while IFS= read -r -d '' file; do
        put 644 "$file" "$2/${file#"$1"/}"
    done
}

install -d "$tree/usr/bin"
"${STRIP:-strip}" --strip-unneeded -o "$tree/usr/bin/cunxiang" "$binary"
chmod 755 "$tree/usr/bin/cunxiang"
put 644 packaging/systemd/cunxiang.service usr/lib/systemd/system/cunxiang.service
put 644 packaging/systemd/cunxiang-station.service usr/lib/systemd/system/cunxiang-station.service
put 644 packaging/sysusers.conf usr/lib/sysusers.d/cunxiang.conf
put 644 packaging/debian/machine.toml etc/cunxiang/config/machine.toml
for part in config locales broadcasts; do
    put_folder "$part" "usr/share/cunxiang/sample/$part"
done
put 644 packaging/systemd/sound.conf usr/share/cunxiang/sound.conf
put 644 packaging/debian/copyright usr/share/doc/cunxiang/copyright
put 644 README.md usr/share/doc/cunxiang/README.md
put 644 README.zh-CN.md usr/share/doc/cunxiang/README.zh-CN.md
for part in guide ref; do
    put_folder "docs/$part" "usr/share/doc/cunxiang/$part"
done
gzip -9n < CHANGELOG.md > "$tree/usr/share/doc/cunxiang/changelog.gz"
chmod 644 "$tree/usr/share/doc/cunxiang/changelog.gz"

# The oldest C library that has every function the program calls.
glibc=$("${OBJDUMP:-objdump}" -T "$tree/usr/bin/cunxiang" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
install -d "$tree/DEBIAN"
cat > "$tree/DEBIAN/control" <<END
Package: cunxiang
Version: $version
Architecture: $architecture
Maintainer: cunxiang <cunxiang@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f 1)
Depends: libc6 (>= ${glibc#GLIBC_}), libgcc-s1, libasound2 | libasound2t64, ca-certificates, systemd
Recommends: systemd-timesyncd | time-daemon
Suggests: fonts-noto-core, fonts-noto-cjk
Section: sound
Priority: optional
Description: prevention notices for village loudspeakers and chat groups
 Keeps notices in Chinese, Tibetan and Lisu, airs recorded clips of them on
 schedule at village loudspeakers, posts them to chat groups, and can tell
 afterwards what was heard where. One program for the county and for a station.
END
echo /etc/cunxiang/config/machine.toml > "$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    put 755 "packaging/debian/$script" "DEBIAN/$script"
done
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) > "$tree/DEBIAN/md5sums"
chmod 644 "$tree/DEBIAN/control" "$tree/DEBIAN/conffiles" "$tree/DEBIAN/md5sums"

mkdir -p "$folder"
package=$folder/cunxiang_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zgzip --build "$tree" "$package" >/dev/null
echo "$package"
