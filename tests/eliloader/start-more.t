#!/bin/bash
# start-more.t - whole starts under xl: the keyrings that are taken where the configuration
# names none, and what the guest's console is told of who vouches for the files.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"

eli_dir
serve "$dir/www"
rings=/usr/share/keyrings
ok "a place for keyrings of the test's own" mount -t tmpfs -o mode=755 tmpfs "$rings"

# key NAME : make a signing key, its public part in $dir/NAME.gpg
key() {
	gpg --batch -q --pinentry-mode loopback --passphrase '' --quick-gen-key "$1@example.org" ed25519 sign never &&
		gpg --batch -q --export "$1@example.org" > "$dir/$1.gpg"
}

start_debian() {
	xl_start "$1" "install-repository=$www/signed/" install-distro=debianlike \
		debian-release=bookworm install-arch=amd64
}

# told REGEX NAME : a line of the console
told() { like "$(cat "$dir/said")" "^eliloader: $1\$" "$2"; }

keyrings() {
	local dist=$dir/www/signed/dists/bookworm sums=main/installer-amd64/current/images/SHA256SUMS

	export GNUPGHOME=$dir/gnupg
	mkdir -m 700 "$GNUPGHOME"
	ok "keys" eval 'key good && key other'
	tree_debian "$dir/www/signed"
	ok "a list without a signature" start_debian unsigned
	told 'kernel: verified by SHA256SUMS' "is named"
	printf '%s\n' 'Origin: Test' 'SHA256:' " $(sha256_of "$dist/$sums") $(stat -c %s "$dist/$sums") $sums" |
		gpg --batch -q --pinentry-mode loopback --passphrase '' -u good@example.org --clearsign > "$dist/InRelease"
	echo 'signature = require' >> "$dir/eliloader.conf"
	ok "no keyring named, none there" eval '! start_debian none'
	like "$(cat "$dir/said")" 'the keyring is not installed' "which is said"
	cp "$dir/good.gpg" "$rings/debian-archive-keyring.gpg"
	ok "no keyring named, Debian's there" start_debian debian
	told 'ramdisk: verified by SHA256SUMS and its signature' "and used"
	mv "$rings/debian-archive-keyring.gpg" "$rings/ubuntu-archive-keyring.gpg"
	ok "no keyring named, Ubuntu's there" start_debian ubuntu
	cp "$dir/other.gpg" "$rings/debian-archive-keyring.gpg"
	ok "both there" start_debian both
	echo "keyring = $dir/other.gpg" >> "$dir/eliloader.conf"
	ok "one named" eval '! start_debian named'
	like "$(cat "$dir/said")" 'not by a key of the keyrings' "is the only one"
	gpgconf --kill all
	unset GNUPGHOME
}

unlisted() {
	tree_el5 "$dir/www/unlisted"
	EXTRA=(--quiet)
	ok "a repository without checksums, --quiet as libxl passes it" \
		xl_start unlisted "install-repository=$www/unlisted/" install-distro=rhlike
	EXTRA=()
	told 'kernel: not verified, no list has its checksum' "is told as what it is"
}

unlisted
keyrings
done_testing
