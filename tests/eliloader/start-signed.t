#!/bin/bash
# start-signed.t - InRelease above the lists of checksums, in whole starts under xl.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"

eli_dir
serve "$dir/www"

# key NAME : make a signing key, its public part in $dir/NAME.gpg
key() {
	gpg --batch -q --pinentry-mode loopback --passphrase '' --quick-gen-key "$1@example.org" ed25519 sign never &&
		gpg --batch -q --export "$1@example.org" > "$dir/$1.gpg"
}

# sign NAME : InRelease above the list of checksums of $dir/www/signed
sign() {
	local dist=$dir/www/signed/dists/bookworm sums=main/installer-amd64/current/images/SHA256SUMS

	rm -f "$dist/InRelease"
	printf '%s\n' 'Origin: Test' 'SHA256:' " $(sha256_of "$dist/$sums") $(stat -c %s "$dist/$sums") $sums" |
		gpg --batch -q --pinentry-mode loopback --passphrase '' -u "$1@example.org" --clearsign > "$dist/InRelease"
}

# start_signed NAME [LINE...] : with these lines more in the configuration
start_signed() {
	local name=$1 rc

	shift
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	printf '%s\n' "$@" >> "$dir/eliloader.conf"
	xl_start "$name" "install-repository=$www/signed/" install-distro=debianlike \
		debian-release=bookworm install-arch=amd64
	rc=$?
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
	return "$rc"
}

signatures() {
	local images=$dir/www/signed/dists/bookworm/main/installer-amd64/current/images

	export GNUPGHOME=$dir/gnupg
	mkdir -m 700 "$GNUPGHOME"
	tree_debian "$dir/www/signed"
	ok "keys" eval 'key good && key other'
	ok "no InRelease is fine" start_signed s1 "keyring = $dir/good.gpg"
	ok "but not where one is required" eval '! start_signed s2 "keyring = $dir/good.gpg" "signature = require"'
	like "$(cat "$dir/said")" 'there is no InRelease,.*signature = require' "which is said"
	sign good
	ok "signed by a known key" start_signed s3 "keyring = $dir/good.gpg" "signature = require"
	sign other
	ok "signed by a stranger" start_signed s4 "keyring = $dir/good.gpg"
	like "$(cat "$dir/said")" 'InRelease not used: .*not by a key' "which is said"
	ok "is not enough where it is required" eval '! start_signed s5 "keyring = $dir/good.gpg" "signature = require"'
	sign good
	sed -i 's/^Origin: Test/Origin: Tess/' "$dir/www/signed/dists/bookworm/InRelease"
	ok "a signature that is bad" eval '! start_signed s6 "keyring = $dir/good.gpg"'
	like "$(cat "$dir/said")" 'INVALID_SOURCE: .*InRelease.*bad or missing' "ends it"
	ok "unless nobody looks" start_signed s7 "signature = off"
	sign good
	echo "$(sha256_of "$kernel_file")  ./other" >> "$images/SHA256SUMS"
	ok "a list that is not the signed one" eval '! start_signed s8 "keyring = $dir/good.gpg"'
	like "$(cat "$dir/said")" 'INVALID_SOURCE: .*InRelease' "is refused"
	ok "a keyring that is not there" eval '! start_signed s9 "keyring = $dir/absent.gpg"'
	like "$(cat "$dir/said")" 'SUPPORT_PACKAGE_MISSING: .*absent\.gpg' "is named"
	gpgconf --kill all
	unset GNUPGHOME
	rm -r "$dir/out/"*
}

signatures
done_testing
