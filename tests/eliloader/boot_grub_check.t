#!/bin/bash
# boot_grub_check.t - what is taken for GRUB's language: the same as by its own
# grub-script-check, of written scripts, of whole configurations and of random ones.
. "$(dirname "$0")/../tap.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
check=$top/build/xen/usr/bin/grub-script-check
here=$top/tests/eliloader
dir=$(mktemp -d "${TMPDIR:-/tmp}/grub.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP

# its_answer FILE : "ok" or "error"; a script without commands is no error here
its_answer() {
	if "$check" "$1" 2>&1 | grep -q 'yntax error'; then echo error; else echo ok; fi
}
our_answers() { "$O/tests/eliloader/boot_grub_syntax" "$@" | sed 's/ .*//'; }

# agree NAME TEXT
agree() {
	printf '%s' "$2" > "$dir/script"
	is "$(our_answers "$dir/script")" "$(its_answer "$dir/script")" "$1"
}

"$check" --version | grep -q 'GRUB' || bail "no grub-script-check"
printf 'fi\n' > "$dir/script"
is "$(its_answer "$dir/script")" error "it tells errors"
printf 'true\n' > "$dir/script"
is "$(its_answer "$dir/script")" ok "and what is right"

n=0
while IFS= read -r line; do
	n=$((n + 1))
	agree "line $n: $line" "$(printf '%b' "$line")"
done <<- 'END'
	menuentry a { true }
	menuentry a {\n}
	menuentry a {}
	menuentry a {\n# nothing\n}
	menuentry a { true; } b
	menuentry a {true}
	a { b\n};c
	a { b { c; } }
	function f { true }
	function f { true; }
	function f {\ntrue\n}
	function f\n{\ntrue\n}
	function f-g { true; }
	function if { true; }
	if true; then function f { true; }; fi
	if true; then true; fi
	if true; then\nfi
	if true\nthen true\nfi
	if; then true; fi
	if true then true; fi
	if true; then true fi
	if a; then b; elif c; then d; else e; fi
	if a; then b; else c; elif d; then e; fi
	if a; then b; fi c
	if a; then b; fi; c
	if ! a; then b; fi
	for i in a b; do c; done
	for i in; do c; done
	for i in ; do c; done
	for i in a\ndo\nc\ndone
	for in in a; do c; done
	for "i" in a; do c; done
	for i a; do c; done
	while a; do b; done
	while a; b; do c; done
	until a\ndo b\ndone
	while a; do done
	select x in a; do b; done
	case a in b) c;; esac
	fi
	x fi
	"fi"
	f\\i
	fi\\\nx
	{ a; }
	}
	a }
	a;b
	a;;b
	;
	;a
	a;
	a ; ; b
	a\n;b
	a && b
	a || b
	a | b
	a &
	a > b
	a < b
	[[ a ]]
	[ a ]
	a[[b
	a #b }
	a#b }
	#a }
	 # a }
	"a\nb"
	"a
	'a
	'a\nb'
	"a\\"b"
	"a\\
	a\\
	a\\\nb
	\\\n
	a \\\n b
	$
	a $
	"$"
	"a$ b"
	'$'
	\\$
	$a$
	${a}
	${a
	${}
	${a-b}
	"${a-b}"
	$-
	$1a
	${1a}
	$?$#$@$*
	${?}${#}${@}${*}
	$"a $ b"
	$"a
	$'a'
	a=b c=d
	a="b"c'd'$e
	f() { a; }
	(a)
	! a
	!
	if [ -s x ]; then true; fi
	menuentry if { then; }
	menuentry if { echo then; }
END

for file in "$top"/tests/fixtures/boot/grub/*.cfg "$top"/tests/fuzz/inputs/boot_grub/*.cfg; do
	is "$(our_answers "$file")" "$(its_answer "$file")" "${file##*/}"
done

# as many are right as wrong, or about so
scripts=250
"$here/boot_grub_random.py" 7 $scripts "$dir" || bail "random scripts"
rm "$dir/script"
right=0 differ=0
while read -r ours file; do
	its=$(its_answer "$file")
	[ "$its" != ok ] || right=$((right + 1))
	[ "$its" = "$ours" ] && continue
	differ=$((differ + 1))
	diag "we say $ours, it says $its: $(cat "$file")"
done < <(paste -d ' ' <(our_answers "$dir"/*) <(ls -d "$dir"/*))
is $differ 0 "$scripts random scripts: the same answers"
ok "some are right and some wrong" [ $right -gt $((scripts / 10)) -a $right -lt $((scripts * 9 / 10)) ]
done_testing
