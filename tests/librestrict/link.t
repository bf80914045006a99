#!/bin/bash
# link.t - make install, and a program that finds, compiles and links what it installed.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/librestrict/lib.sh
. "$(dirname "$0")/lib.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/xrl.XXXXXX")
trap 'rm -rf "$dir"' EXIT
root=$dir/root lib=$dir/root/usr/lib
(
	unset MAKEFLAGS MFLAGS MAKELEVEL
	make -s -C "$top" -o setup-build -o all O="$O" DESTDIR="$root" PREFIX=/usr install > "$dir/make" 2>&1
) || { diag "$(cat "$dir/make")"; bail "make install"; }

# ---- what is there ----
is "$(cd "$root/usr" && find . -name '*xenrestrict*' | LC_ALL=C sort | tr '\n' ' ')" \
	"./include/xenrestrict.h ./lib/libxenrestrict.a ./lib/libxenrestrict.so ./lib/libxenrestrict.so.1 ./lib/pkgconfig/xenrestrict.pc ./lib/xen-pv-tools/libxenrestrict-preload.so ./share/man/man3/libxenrestrict.3 " \
	"the files"
ok "the udev rule for added vCPUs, where udev looks" \
	cmp "$root/usr/lib/udev/rules.d/60-xe-guest-vcpu.rules" "$top/packaging/udev/60-xe-guest-vcpu.rules"
ok "the agent's example of a configuration, where its man page says" \
	cmp "$root/usr/share/doc/xen-pv-tools/xe-guest-agent.conf" "$top/packaging/xe-guest-agent.conf"
is "$(readlink "$lib/libxenrestrict.so")" libxenrestrict.so.1 "the link for linking"

# names FILE : "VERSION NAME" of what it defines and others see
names() {
	objdump -T "$1" | awk '$0 !~ /\*UND\*/ && $0 !~ /\*ABS\*/ && NF >= 6 {print $(NF - 1), $NF}' | tr -d '()' | LC_ALL=C sort
}
declared=$(grep -oE '\b(xenrestrict_[a-z_]+|x[sc]_(evtchn|interface)_[a-z]+)\(' "$root/usr/include/xenrestrict.h" |
	tr -d '(' | LC_ALL=C sort -u)
is "$(names "$lib/libxenrestrict.so.1" | awk '{print $2}')" "$declared" "the shared library has what the header declares"
is "$(names "$lib/libxenrestrict.so.1" | awk '{print $1}' | sort -u)" XENRESTRICT_1.0 "all of one version"
is "$(objdump -p "$lib/libxenrestrict.so.1" | awk '$1 == "SONAME" {print $2}')" libxenrestrict.so.1 "its soname"
is "$(nm -g --defined-only "$lib/libxenrestrict.a" | awk 'NF == 3 {print $3}' | LC_ALL=C sort)" "$declared" \
	"and nothing else is to be met in the static one"
is "$(names "$lib/xen-pv-tools/libxenrestrict-preload.so" | grep VERS)" "VERS_4.0 xs_restrict" \
	"the preload object has libxenstore's name and version"
is "$(names "$lib/xen-pv-tools/libxenrestrict-preload.so" | awk '$1 == "Base" {print $2}' | tr '\n' ' ')" \
	"__open64_2 __open_2 open open64 openat openat64 " "and what opens files"
ok "no executable stack, no writable code" eval \
	'! readelf -lW "$lib"/libxenrestrict.so.1 "$lib"/xen-pv-tools/*.so | grep -E "GNU_STACK.*E |LOAD.*RWE"'

# ---- programs (none without sanitizers can link a library that has them) ----
programs() {
	cat > "$dir/user.c" << 'END'
#include <xenrestrict.h>
#include <stdio.h>
/* names of this program's own, which the library has inside, too */
int io_write_all(void) { return 1; }
int xr_fail(void) { return 1; }
int main(void)
{
	struct xenrestrict *x = 0;
	int r = xenrestrict_open(0, XENRESTRICT_ALL, 0, &x);
	printf("%d %s\n", r, xenrestrict_error());
	return xs_restrict(0, 1) || io_write_all() != xr_fail();
}
END
	export PKG_CONFIG_SYSROOT_DIR='' PKG_CONFIG_PATH=$lib/pkgconfig
	sed -i "s,=/usr,=$root/usr," "$lib/pkgconfig/xenrestrict.pc"
	# shellcheck disable=SC2046 # words
	ok "pkg-config: a dynamic program" gcc -Wall -Werror -o "$dir/dynamic" "$dir/user.c" \
		$(pkg-config --cflags --libs xenrestrict)
	# shellcheck disable=SC2046
	ok "pkg-config --static: a static one" gcc -Wall -Werror -static -o "$dir/static" "$dir/user.c" \
		$(pkg-config --static --cflags --libs xenrestrict)
	want="-22 domid 0: not one of 1 to 32751"
	is "$(LD_LIBRARY_PATH=$lib "$dir/dynamic")" "$want" "it runs"
	is "$("$dir/static")" "$want" "the static one, too"
	is "$(readelf -lW "$dir/static" | grep -c INTERP)" 0 "without an interpreter"
	is "$(readelf -dW "$dir/dynamic" | grep -oE 'lib(xenrestrict|xenstore)[.a-z0-9]*' | LC_ALL=C sort | tr '\n' ' ')" \
		"libxenrestrict.so.1 " "the dynamic one needs it, and what it needs itself"
	# either order of headers
	for order in 'xenctrl.h xenrestrict.h' 'xenrestrict.h xenctrl.h' 'xenstore.h xenrestrict.h'; do
		{ for h in $order; do echo "#include <$h>"; done; echo 'int main(void) { return xs_restrict(0, 1); }'; } > "$dir/order.c"
		ok "headers: $order" gcc -Wall -Werror -fsyntax-only -I"$root/usr/include" "$dir/order.c"
	done
}
case $O in */san) ;; *) programs ;; esac
done_testing
