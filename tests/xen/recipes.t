#!/bin/bash
# recipes.t - on real Xen, under xl: what a guest may write of vm-data, watch over a restore,
# the cloud-init seed and Xen Orchestra's health check.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
send "$O/static" recipes
send_program "$O/vm-data"

# in the guest, where vm-data and the recipes are in /run
dom0_in() { guest "PATH=/run:\$PATH; $*"; }
dom0_key() { vm-data --domain lab get "$1"; }
dom0_says() { guest "grep -qx -- '$1' /run/watch.log"; }

dom0_put() {
	local name
	guest_put /job/static/vm-data /run/vm-data
	for name in cloud-seed health-check; do
		guest_put "/job/recipes/xe-guest-$name" "/run/xe-guest-$name"
	done
}

dom0_writes() {
	xenstore-rm "$(home)/vm-data" 2> /dev/null
	like "$(dom0_in 'vm-data set a 1 2>&1')" \
		"this guest has no vm-data and may make none, as under xl; in dom0: vm-data --domain $(domid) set a" \
		"a guest that xl has made has no vm-data"
	ok "dom0 makes it" vm-data --domain lab set a 1
	is "$(dom0_in vm-data get a)" 1 "for the guest to read"
	like "$(dom0_in 'vm-data set a 2 2>&1')" "vm-data is read-only for this guest, as under xl" \
		"but not to write"
	printf 'vm-data/a=3\n' | vm-data populate --domain lab -
	ok "after populate it may" dom0_in vm-data set a 4
	is "$(dom0_key a)" 4 "and dom0 reads it"
	dom0_in vm-data set a --base64 "$(printf '%0300d' 7)"
	is "$(dom0_in vm-data get a --base64)" "$(printf '%0300d' 7)" "in base64 there and back"
	ok "and it may remove it" dom0_in vm-data rm a
	dom0_in 'vm-data rm a 2> /dev/null'
	is $? 1 "once"
}

dom0_watches() {
	printf 'vm-data/a=1\n' | vm-data populate --domain lab -
	guest_spawn watch /run/vm-data watch
	ok "watch tells what there is" wait_for 20 dom0_says ready
	vm-data --domain lab set b 2
	ok "and what comes" wait_for 10 dom0_says 'set b 2'
	guest_save_restore
	printf 'vm-data/c=3\n' | vm-data populate --domain lab -
	ok "it goes on after a restore" wait_for 20 dom0_says 'set c 3'
	ok "and tells what the restore has taken" wait_for 20 dom0_says 'rm a'
}

dom0_seed() {
	printf 'vm-data/metadata=local-hostname: lab\nvm-data/userdata=%s\nvm-data/userdata/encoding=gzip+base64\n' \
		"$(printf '#!/bin/sh\necho "$1"\n' | gzip | base64 | tr -d '\n')" |
		vm-data populate --domain lab -
	ok "a seed for cloud-init" dom0_in xe-guest-cloud-seed
	is "$(guest cat /var/lib/cloud/seed/nocloud/user-data)" "$(printf '#!/bin/sh\necho "$1"')" "its userdata"
	like "$(guest cat /var/lib/cloud/seed/nocloud/meta-data)" "^instance-id: xen-[0-9a-f-]{36}$" \
		"its instance is the domain's UUID"
	is "$(dom0_in 'xe-guest-cloud-seed 2>&1')" "" "a second run does nothing"
}

# what Xen Orchestra does, and what it waits for
dom0_health() {
	printf 'vm-data/xo-backup-health-check=planned\n' | vm-data populate --domain lab -
	guest 'mkdir -p /run/checks; printf "#!/bin/sh\necho bad data; exit 3\n" > /run/checks/db
		chmod 755 /run/checks /run/checks/db'
	guest_spawn health 'env PATH=/run:$PATH /run/xe-guest-health-check --directory /run/checks'
	is "$(vm-data --domain lab wait xo-backup-health-check --value failure --timeout 60)" failure \
		"a check that fails is a failure"
	is "$(dom0_key xo-backup-health-check-error)" "db: exit status 3: bad data" "with its reason"
	guest 'printf "#!/bin/sh\nexit 0\n" > /run/checks/db'
	vm-data --domain lab set xo-backup-health-check planned
	guest_spawn health 'env PATH=/run:$PATH /run/xe-guest-health-check --directory /run/checks'
	is "$(vm-data --domain lab wait xo-backup-health-check --value success --timeout 60)" success \
		"one that does not is a success"
	ok "without an error" eval '! dom0_key xo-backup-health-check-error 2> /dev/null'
}

dom0_recipes() {
	dom0_put
	dom0_writes
	dom0_seed
	dom0_health
	dom0_watches
}

LIMIT=300 on "${1:-C}-pv" dom0_recipes
[ $# != 0 ] || LIMIT=300 on O-pv dom0_recipes
done_testing
