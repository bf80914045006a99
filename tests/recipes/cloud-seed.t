#!/bin/bash
# cloud-seed.t - xe-guest-cloud-seed: which seed it makes of which keys, on both daemons, that it
# is whole whenever it is killed, and what Debian's cloud-init makes of it.
# shellcheck disable=SC2317 # the bodies are called by for_each_ground
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
need_root
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

S=$tmp/lib/seed/nocloud
seed() { recipe xe-guest-cloud-seed --directory "$S" --instance-id vm-1; }
# files : names and contents, of a seed
files() { (cd "$S" && for f in *; do printf '%s: ' "$f"; od -An -c "$f" | tr -d ' \n'; echo; done); }
packed() { gzip -9n | base64 -w 0; }
# seeds ERR WANTED NAME
seeds() {
	seed
	is "$RC:$ERR:$(files)" "0:$1:$2" "$GROUND: $3"
}
wrote() { echo "xe-guest-cloud-seed: wrote a seed for cloud-init to $S"; }
# fails ERE NAME
fails() {
	seed
	is "$RC:$(grep -c '' <<< "$ERR")" 1:1 "$GROUND: $2"
	like "$ERR" "$1" "$GROUND: $2: message"
	ok "$GROUND: $2: nothing is written" test ! -e "$S"
	is "$(ls -A "$tmp/lib/seed")" "" "$GROUND: $2: nor left"
}
anew() { rm -rf "${tmp:?}/lib"; set_keys "$@"; }

test_keys() {
	anew foo=bar
	seed
	is "$RC:$ERR:$(ls -A "$tmp/lib/seed")" "0::" "$GROUND: no keys, no seed"
	anew 'userdata=#cloud-config'
	seeds "$(wrote)" 'meta-data: \ninstance-id:vm-1\n
user-data: #cloud-config' "userdata alone"
	is "$(stat -c %a "$S" "$S/user-data" | xargs)" "700 600" "$GROUND: for root's eyes only"
	is "$(stat -c %a "$tmp/lib" "$tmp/lib/seed" | xargs)" "755 755" "$GROUND: but not what is above it"
	anew "userdata=$(printf '#!/bin/sh\necho "$(id)" '\''\0\377' | base64 -w 0)" \
		userdata/encoding=base64 metadata=bm9uZQ== metadata/encoding=b64 \
		"vendordata=$(echo '#cloud-config' | packed)" vendordata/encoding=gzip+base64
	seeds "$(wrote)" "$(printf '%s\n' 'meta-data: none\ninstance-id:vm-1\n' \
		'user-data: #!/bin/sh\necho"$(id)"'"'"'\0377' 'vendor-data: #cloud-config\n' |
		sed 's/\\0377/\\0377/')" "base64 and gzip+base64, to the byte"
	seeds "" "$(files)" "a second run does nothing"
	anew "userdata/encoding=base64" metadata/encoding=gzip+base64
	seed
	is "$RC:$ERR:$(ls -A "$tmp/lib/seed")" "0::" "$GROUND: encodings of nothing"
	anew 'userdata=`touch $HIT`$(touch $HIT)"; touch $HIT; "' "metadata=instance-id: '\$(touch \$HIT)'"
	HIT=$tmp/hit seeds "$(wrote)" 'meta-data: instance-id:'"'"'$(touch$HIT)'"'"'
user-data: `touch$HIT`$(touch$HIT)";touch$HIT;"' "values that a shell would run"
	ok "$GROUND: which does not" test ! -e "$tmp/hit"
}

test_refused() {
	anew userdata=x userdata/encoding=rot13
	fails "vm-data/userdata/encoding is neither base64 nor gzip\+base64$" "another encoding"
	anew userdata=x 'metadata=a b c!' metadata/encoding=base64
	fails "'metadata' is not base64: byte 6 of" "what is not base64"
	anew userdata=aGVsbG8= userdata/encoding=gzip+base64
	fails "vm-data/userdata is not gzip, as vm-data/userdata/encoding says$" "what is not gzip"
	anew userdata=x "vendordata=$(echo text | gzip | head -c 15 | base64 -w 0)" \
		vendordata/encoding=gz+b64
	fails "vm-data/vendordata is not gzip" "gzip that is cut short"
	anew userdata=x
	xs0 chmod /local/domain/5/vm-data/userdata n0
	fails "'vm-data/userdata(/encoding)?': Permission denied; the host keeps it from this guest$" "a key that may not be read"
	anew userdata=x
	mkdir -p "$S"
	printf mine | tee "$S/meta-data" > "$S/user-data"
	seeds "xe-guest-cloud-seed: $S has a seed that is not from vm-data, which is left alone" \
		'meta-data: mine
user-data: mine' "another's seed is left alone"
}

test_full() {
	anew userdata=x
	recipe_full "$tmp/lib" xe-guest-cloud-seed --directory "$S"
	is "$RC" 1 "$GROUND: a full disk"
	like "$ERR" "xe-guest-cloud-seed: cannot write to $tmp/lib/seed" "$GROUND: a full disk: message"
}

# instance METADATA WANTED NAME
instance() {
	anew userdata=x
	printf %s "$1" | set_key metadata -
	seed
	is "$RC:$(/usr/bin/python3 -c 'import sys, json
sys.path.insert(0, sys.argv[2])
import yaml
print(json.dumps(yaml.safe_load(open(sys.argv[1])), sort_keys=True))' "$S/meta-data" \
		"$top/build/xen/usr/lib/python3/dist-packages")" "0:$2" "$GROUND: $3"
}

test_instance_id() {
	instance $'instance-id: host-1\nlocal-hostname: a' \
		'{"instance-id": "host-1", "local-hostname": "a"}' "the host's instance-id"
	instance $'local-hostname: a' '{"instance-id": "vm-1", "local-hostname": "a"}' \
		"none in YAML: ours"
	instance $'---\n# instance-id: no\na:\n  instance-id: inner' \
		'{"a": {"instance-id": "inner"}, "instance-id": "vm-1"}' "one that is not the VM's"
	instance '{"instance-id": "host-2", "a": {"b": 1}}' \
		'{"a": {"b": 1}, "instance-id": "host-2"}' "the host's, in JSON"
	instance $'\n{\n "local-hostname": "a",\n "b": {"c": "{"}}\n' \
		'{"b": {"c": "{"}, "instance-id": "vm-1", "local-hostname": "a"}' "none in JSON: ours"
	instance '{}' '{"instance-id": "vm-1"}' "an empty object"
	instance $'%YAML 1.1\n# {\n--- # {\n\n {"local-hostname": "a"}' \
		'{"instance-id": "vm-1", "local-hostname": "a"}' "an object after a comment"
	instance $'# c\n---\n{"instance-id": "host-4"}' '{"instance-id": "host-4"}' "with the host's"
	instance $'---\n  a: b\n  c:\n    instance-id: d\n' \
		'{"a": "b", "c": {"instance-id": "d"}, "instance-id": "vm-1"}' "indented YAML"
	instance $'  a: b\n  instance-id: host-5\n' '{"a": "b", "instance-id": "host-5"}' \
		"the host's, in indented YAML"
	anew userdata=x
	seed
	set_key userdata y
	recipe xe-guest-cloud-seed --directory "$S" --instance-id vm-2
	is "$RC:$(files)" '0:meta-data: \ninstance-id:vm-1\n
user-data: y' "$GROUND: other data, and another VM: the same instance"
	set_key metadata 'instance-id: host-3'
	seeds "$(wrote)" 'meta-data: instance-id:host-3
user-data: y' "only the host makes it another"
}

# Killed at every step that a run has, in the place of each program that it starts: then there
# is the old seed, the new one, or none that cloud-init would take; and the next run has it.
test_kill() {
	local tool n old new states='' steps=0
	anew userdata=old 'metadata=instance-id: old' vendordata=old
	seed
	old=$(files)
	cp -a "$S" "$tmp/old"
	set_keys userdata=new 'metadata=instance-id: new'
	seed
	new=$(files)
	mkdir -p "$tmp/deadly"
	for tool in mv rm sync mktemp mkdir cmp; do
		cat > "$tmp/deadly/$tool" <<- END
			#!/bin/sh
			n=\$((\$(cat "$tmp/countdown") - 1)); echo \$n > "$tmp/countdown"
			[ \$n != 0 ] || { kill -KILL \$PPID; exit 1; }
			exec $(command -v "$tool") "\$@"
		END
		chmod +x "$tmp/deadly/$tool"
	done
	for ((n = 1; n < 40; n++)); do
		rm -rf "$S"
		cp -a "$tmp/old" "$S"
		echo "$n" > "$tmp/countdown"
		PATH=$tmp/deadly:$PATH seed 2> "$tmp/killed"
		[ "$RC" != 0 ] || break
		steps=$n
		if [ ! -e "$S/meta-data" ]; then states+=' none'
		elif [ "$(files)" = "$old" ]; then states+=' old'
		elif [ "$(files)" = "$new" ]; then states+=' new'
		else states+=' half'; fi
		seed
		[ "$(files):$(ls -A "$tmp/lib/seed")" = "$new:nocloud" ] || states+=' lost'
	done
	like "$steps" '^(9|[1-3][0-9])$' "$GROUND: killed at each of $steps steps"
	is "$(tr ' ' '\n' <<< "$states" | grep -cE 'half|lost')" 0 "$GROUND: never half a seed"
	like "$states" 'old.* none' "$GROUND: but the old one, or none, or the new one"
	rm -rf "$tmp/old"
	# killed, and then the host takes its keys back
	rm "$S/meta-data"
	set_keys foo=bar
	seed
	is "$RC:$(ls -A "$S")" "0:" "$GROUND: what is left of a seed goes with the keys"
}

# ---- cloud-init itself ----

boot() {
	timeout 120 unshare --mount --pid --fork --uts --ipc --net "$top/tests/recipes/cloud-init-run" \
		"$tmp/ci"
	is "$?" 0 "$GROUND: cloud-init ran: $1"
	diag "$(cat "$tmp/ci/warnings")"
}
proof() { tail -n 1 "$tmp/ci/disk/etc/proof.$1"; }

test_cloud_init() {
	local disk=$tmp/ci/disk
	mkdir -p "$disk/etc/cloud/cloud.cfg.d" "$disk/var/lib/cloud/seed" "$disk/var/log" "$tmp/ci/room"
	cp -a "$top/build/xen/etc/cloud/." "$disk/etc/cloud/"
	cp "$RECIPES/xe-guest-cloud-seed.cfg" "$disk/etc/cloud/cloud.cfg.d/90-xe-guest.cfg"
	cat > "$disk/etc/cloud/cloud.cfg.d/99-test.cfg" <<- 'END'
		network: {config: disabled}
		cloud_init_modules: [bootcmd, write-files, set_hostname]
	END
	rm -rf "${tmp:?}/lib"
	S=$disk/var/lib/cloud/seed/nocloud
	set_keys 'metadata=local-hostname: from-vm-data' "userdata=$(packed << 'END'
#cloud-config
write_files:
- {path: /etc/proof.user, content: "first '$(x)'\n"}
END
)" userdata/encoding=gzip+base64
	set_key vendordata --base64 $'#cloud-config\nbootcmd: ["echo vendor > /etc/proof.vendor"]\n'
	set_key vendordata/encoding base64
	seed
	is "$RC" 0 "$GROUND: a seed for cloud-init"
	boot "the first boot"
	is "$(< "$tmp/ci/warnings")" "" "$GROUND: without a warning"
	is "$(tail -n 2 "$tmp/ci/result")" $'vm-1\nfrom-vm-data' "$GROUND: instance and host name"
	is "$(proof user)" "first '\$(x)'" "$GROUND: it did what the userdata says"
	is "$(proof vendor)" vendor "$GROUND: and the vendordata"
	like "$(jq -r .v1.datasource "$tmp/ci/status.json")" "^DataSourceNoCloud .seed=/var/lib/cloud/seed/nocloud" \
		"$GROUND: from the seed"
	like "$(< "$tmp/ci/result")" "datasource_list: . NoCloud, None" \
		"$GROUND: ds-identify lets it run"
	set_key userdata --base64 - < <(printf '#cloud-config\nwrite_files:\n- {path: /etc/proof.user, content: second}\n' | gzip)
	seed
	boot "other userdata"
	is "$(proof user):$(tail -n 2 "$tmp/ci/result" | head -n 1)" "first '\$(x)':vm-1" \
		"$GROUND: is the same instance, so nothing is done again"
	set_key metadata 'instance-id: vm-2'
	seed
	boot "another instance-id"
	is "$(proof user):$(tail -n 2 "$tmp/ci/result" | head -n 1)" "second:vm-2" \
		"$GROUND: is another instance"
	S=$tmp/lib/seed/nocloud
}

# ds-identify comes before the seed at the first boot: only its list lets cloud-init run.
test_first_boot() {
	rm -rf "$tmp/ci/disk/var/lib/cloud"
	boot "without a seed"
	like "$(< "$tmp/ci/result")" "datasource_list: . NoCloud, None" \
		"$GROUND: ds-identify lets it run before there is a seed"
	is "$(jq -r .v1.datasource "$tmp/ci/status.json")" DataSourceNone \
		"$GROUND: and cloud-init has no data then"
}

body() {
	domain_new 5 "$TOOLSTACK"
	guest_bus 5
	test_keys
	test_refused
	test_full
	test_instance_id
	[ "$TOOLSTACK" = libxl ] || test_kill
	if [ "$GROUND" = O/xenopsd ]; then
		test_cloud_init
		test_first_boot
	fi
	rm -rf "${tmp:?}/lib"
	GUEST_SOCK=$tmp/none seed
	is "$RC:$(ls -A "$tmp/lib/seed")" 1: "$GROUND: no store: nothing is written"
}

test_usage() {
	GROUND=usage GUEST_SOCK=$tmp/none
	recipe xe-guest-cloud-seed --help
	like "$RC:$(< "$tmp/out")" "^0:usage: xe-guest-cloud-seed " "--help"
	recipe xe-guest-cloud-seed --version
	is "$RC:$(< "$tmp/out")" "0:xe-guest-cloud-seed $("$O/vm-data" --version | cut -d ' ' -f 2)" "--version"
	recipe xe-guest-cloud-seed --directory=seed
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-cloud-seed: bad directory 'seed': an absolute path is needed" "an option with its value after ="
	recipe xe-guest-cloud-seed --directory=
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-cloud-seed: --directory needs a value" "an option with an empty value"
	recipe xe-guest-cloud-seed now
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-cloud-seed: bad operand 'now'" "an operand"
	recipe xe-guest-cloud-seed --directory
	is "$RC" 2 "an option cut short"
	recipe xe-guest-cloud-seed --directory seed
	is "$RC" 2 "a relative directory"
	recipe xe-guest-cloud-seed --instance-id 'a"b'
	is "$RC" 2 "a bad instance-id"
}

test_usage
for_each_ground body
done_testing
