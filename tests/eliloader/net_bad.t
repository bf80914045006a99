#!/bin/bash
# net_bad.t - eliloader-net against servers that misbehave (badserver.py).
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/net.sh
. "$(dirname "$0")/net.sh"
root=$dir/www
pair_new "$root" 100001 400003
serve_bad "$root" || bail "the server runs"

# gets NAME MODE [KEY=VALUE...] : the pair comes in spite of it
gets() { fetched "$1" "$root" "$bad/$2/" "${@:3}"; }
# fails NAME RESULT REGEX MODE [KEY=VALUE...]
fails() { refused "$1" "$2" "$3" "$bad/$4/" "${@:5}"; }
reversed() { "$python" -c 'import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])'; }
asked() { grep -cE -- "$1" "$dir/bad.log"; }

gets "a good server" ok
is "$(asked '^GET /ok/vmlinuz - eliloader/[0-9.]+ -$')" 1 \
	"it hears who we are, and is not asked to compress"

# --- redirects
gets "redirects are followed" chain
fails "a loop of them is not" access "more than 8 redirects" loop
is "$(asked '^HEAD /loop')" 9 "... for more than eight times"
fails "no redirect leads to a file" refused "not allowed: file:///etc/passwd" tofile
fails "... nor to ftp" refused "not allowed: ftp:" toftp
fails "... nor to gopher" refused "not allowed: gopher:" togopher
fails "... nor to nowhere" access "redirects to nowhere" nowhere
gets "another host is fine" tolocalhost
fails "... unless the list does not name it" refused "does not name: localhost" tolocalhost \
	allow-host/00=127.0.0.1
# (each of the two mirrors has its own version, and the second one cuts)
fetch "$bad/lottery/"
ok "mirrors drawn by lot: a file comes from where it was found" \
	cmp -s "$dir/out/ramdisk" <(reversed < "$root/initrd.img")
has "... also when that mirror has cut it" "^note info .*mirror1/initrd.img: .*trying again"

# --- silence
fails "a server that never answers" access "hardly a byte came for 2 seconds .tried 2 times" mute tries=2
fails "one that stops in the middle" access "hardly a byte came for 2 seconds .tried 2 times" stall tries=2
gets "one that stops in the middle, once" stallonce
is "$(asked '^GET /stallonce/initrd.img bytes=200001-')" 1 "... is asked for the rest"
gets "one that is slow, but never silent" trickle
fails "one that drips" access "tried 2 times" drip tries=2

# --- cut transfers
gets "transfers that are cut are gone on with" cut tries=4
is "$(asked '^GET /cut/initrd.img - ')" 1 "... the beginning comes once"
ok "... and nothing begins anew" eval '! said "^restart"'
gets "without ranges they begin anew" cutnorange
has "... which eliloader is told" "^restart ramdisk"
fails "those that are always cut" access "tried 3 times" cutalways
fails "another version after the cut is none" access "has changed on the server" change
(cd "$root" && sha256sum vmlinuz initrd.img > SHA256SUMS)
server_kill "$server_pid" && serve_bad "$root"
fetch "$bad/change/" candidate/00/sums=SHA256SUMS
has "... unless there is a checksum, which will tell" "^restart ramdisk"
ok "... then it comes whole" cmp -s "$dir/out/ramdisk" \
	<(reversed < "$root/initrd.img")
fails "a file that grows between two looks" access "has changed on the server" grow
fails "a part that was not asked for" access "another part than asked" badrange

# --- lengths
fails "more is promised than comes" access "tried 3 times" long
fails "less comes than was offered" access "has changed on the server" liar
gets "no length at all" nolength
has "... is warned of" "^note warning .*does not tell its length"
fails "5 GB are promised" limit "5368709120 bytes and exceeds the limit of 100000000" hugelength
fails "5 GB are promised later" limit "exceeds the limit of 100000000" hugeget
is "$(grep -c '^end' "$dir/said")" 0 "... nothing of it is kept"
fails "5 GB come without a length" limit "over the limit of 100000000" hugechunked
FETCH_LIMIT=20
fails "an error page without end" absent "looked for" bigerror
fails "headers without end" access "vmlinuz" headers tries=1

# --- other errors
fails "the ramdisk is missing" absent "looked for vmlinuz with initrd.img" nordisk
fails "both are gone" absent "looked for" gone
gets "an error that passes" flaky
fails "one that does not" access "answered 503 \(tried 3 times\)" broken
fails "forbidden is not absent" access "answered 403" forbidden
is "$(asked '^HEAD /forbidden')" 1 "... and not tried again"
gets "HEAD is refused" nohead
is "$(asked '^GET /nohead/[a-z.]+ bytes=0-0')" 2 "... then one byte is asked for"
gets "HEAD is refused, ranges are not known" noheadnorange
fails "what is no HTTP" access "vmlinuz" garbage tries=1
bad=${bad/\/\//\/\/user:secret@}
gets "user and password of the address" auth
fails "... are not printed" access "http://127.0.0.1:8090/forbidden/vmlinuz: the server answered 403" forbidden
ok "... anywhere" eval '! said secret'

# --- what the worker is, while it waits
cat > "$dir/look" <<- 'END'
	pid=$(pgrep -x eliloader-net)
	cat "/proc/$pid/status"
	ls -A "/proc/$pid/root/" "/proc/$pid/root/etc" | tr '\n' ' ' | sed 's/^/root: /'
END
CLIENT=(--uid=65533 --gid=65532 --after-offer="sh $dir/look > $dir/status")
bad=http://127.0.0.1:8090
gets "it waits for GO" ok
status() { sed -n "s/^$1:[[:space:]]*//p" "$dir/status" | tr -s '\t ' ' '; }
is "$(status Uid)" "65533 65533 65533 65533" "it runs as its own user"
is "$(status Gid)" "65532 65532 65532 65532" "... and group"
is "$(status Groups)" "" "... and in no other group"
is "$(status CapEff)$(status CapPrm)$(status CapBnd)" \
	"000000000000000000000000000000000000000000000000" "... without any capability"
is "$(status NoNewPrivs)$(status Seccomp)$(status Threads)" 121 "... filtered, with one thread"
like "$(status root)" '^/proc/[0-9]+/root/: etc /proc/[0-9]+/root/etc: .*hosts.*resolv.conf' \
	"its root has a resolver's files"
is "$(status root | tr ' ' '\n' | grep -cvE '^(/proc/.*|etc|resolv.conf|hosts|nsswitch.conf|host.conf|gai.conf|services|)$')" \
	0 "... and nothing else"
done_testing
