/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB's script language.  A script ends in the words of a kernel's arguments, which are
 * what came of it.  The words were compared with what GRUB 2.06 itself (grub-emu) prints for
 * the same lines, but for file names, status numbers over 1 and "\x41" without quotes,
 * which newer ones keep. */
#include "tests/eliloader/boot_menu_text.h"

/* $1, $#... are those of this function. */
#define CALL(body, words) "function f { " body "; }\nf " words "\n"

static const struct {
	const char *name, *script, *args;
} cases[] = {
	{ "plain words", "linux /k a=b root=/dev/xvda1 ro", "a=b root=/dev/xvda1 ro" },
	{ "backslashes", "linux /k a\\ b c\\\\d \"e\\\\f\" 'g\\h' \"i\\j\" k\\l",
	  "\"a b\" c\\\\d e\\\\f g\\\\h i\\\\j kl" },
	{ "joined quotes", "linux /k 'a b'\"c d\"e\\'f", "\"a bc de\\'f\"" },
	{ "a value's backslash", "x='a\\b'; linux /k $x \"$x\"", "a\\\\b a\\\\b" },
	{ "systemd's escapes", "x='a\\x2db'; linux /k $x \"$x\" 'q\\x41' u\\x42v",
	  "a\\x2db a\\x2db q\\x41 u\\x42v" },
	{ "escaped dollars", "linux /k \"a\\$b\" '$b' \"\\\"q\\\"\"",
	  "a$b $b \\\"q\\\"" },
	{ "set takes a word", "x=\"1 2 3\"; set y=$x; linux /k [$y]", "[1]" },
	{ "an assignment too", "x=\"1 2 3\"; y=$x; linux /k [$y]", "[1]" },
	{ "all of it in quotes", "x=\"1 2 3\"; set y=\"$x\"; linux /k $y", "1 2 3" },
	{ "one word in quotes", "x=\"1 2 3\"; linux /k \"$x\"", "\"1 2 3\"" },
	{ "braces", "x=a; linux /k ${x}b$x", "aba" },
	{ "nothing comes of nothing", "linux /k [$no] $no ${no} end", "[] end" },
	{ "an empty word before all others", "\"\"; linux /k \"\" ''", " " },
	{ "part of a word", "linux /k a$no\"b\"", "ab" },
	{ "more than one =", "set a=b=c; linux /k $a", "b=c" },
	{ "and so assigned", "a=b=c=d; linux /k $a", "b=c=d" },
	{ "space at the beginning", "x=\" lead\"; linux /k p${x}s", "pleads" },
	{ "space at the end", "x=\"trail \"; linux /k p${x}s", "ptrails" },
	{ "space all over", "x=\"   \"; linux /k p${x}s", "ps" },
	{ "fields in a word", "x=\" a  b \"; linux /k p${x}q", "pa bq" },
	{ "a name goes as far as it can", "x=1; xy=2; linux /k $xy $x-y", "2 1-y" },
	{ "a command in a variable", "c=\"linux /k\"; $c x", "x" },
	{ "a test in variables", "b='[ a'; if $b = a ]; then y=1; fi; linux /k y$y",
	  "y1" },
	{ "separators in a value", "x=\"a;b\"; linux /k $x", "a;b" },
	{ "a translated text", "x=1; linux /k $\"t $x h\"", "\"t 1 h\"" },
	{ "a line that goes on", "linux /k a\\\nb c \\\n  d", "ab c d" },
	{ "a text of two lines", "x='a\nb'; linux /k $x", "a b" },
	{ "a quotation of two lines", "linux /k \"a\\\nb\"", "ab" },
	{ "comments", "# c\nlinux /k a#b #c ; d\n#e", "a#b" },
	{ "a comment in between", "linux /k a\n # quote '\nx=1", "a" },
	{ "carriage returns", "x=1\r\nlinux /k $x\r\n", "1" },
	{ "tabs", "\tlinux\t/k\ta\tb", "a b" },
	{ "words that are keywords", "linux /k if then fi do done in",
	  "if then fi do done in" },
	{ "no newline at the end", "linux /k a", "a" },
	{ "bytes that are no UTF-8", "linux /k \xff\xfe=\xe4", "\xff\xfe=\xe4" },

	{ "a call's words", CALL("linux /k $# [$1] [$2] $@", "a \"b c\" d"),
	  "3 [a] [b c] a b c d" },
	{ "as they were given", CALL("linux /k \"$@\"", "a \"b c\" d"), "a \"b c\" d" },
	{ "as one", CALL("linux /k \"$*\"", "a \"b c\" d"), "\"a b c d\"" },
	{ "an empty one counts", CALL("linux /k $#", "\"\""), "1" },
	{ "empty ones unquoted", CALL("linux /k a$*b [$@]", "\"\" \"\" c \"\""),
	  "acb [c]" },
	{ "outside of a call", "linux /k [$1] $# \"$#\"e [$@]", "[] e []" },
	{ "the tenth", CALL("linux /k ${10} $10 $1", "a b c d e f g h i j"), "j j a" },
	{ "shift", CALL("shift; linux /k $1 $#", "a b c"), "b 2" },
	{ "shift too far", CALL("shift 9; linux /k $# ", "a b"), "2" },
	{ "setparams", CALL("setparams x \"y z\"; linux /k $# \"$2\"", "q"),
	  "2 \"y z\"" },
	{ "a call in a call",
	  "function r { if [ \"$1\" != aaa ]; then r a$1; fi; y=$y-$1; }\nr\nlinux /k $y",
	  "-aaa-aa-a-" },
	{ "a later definition",
	  "function f { x=1; }\nfunction f { x=2; }\nf\nlinux /k $x", "2" },
	{ "variables are the same inside", "function f { x=$1; }\nx=0\nf 5\nlinux /k $x",
	  "5" },

	{ "status of true", "true; linux /k $?", "0" },
	{ "status of false", "false; linux /k $?", "1" },
	{ "status of an assignment", "false; x=1; linux /k $?", "0" },
	{ "status of what is not known", "false; nosuch; linux /k $?", "0" },
	{ "what is not known is true", "if nosuch; then x=1; fi; linux /k $x", "1" },
	{ "not", "! true; linux /k $?", "1" },
	{ "not not true", "! false; linux /k $?", "0" },
	{ "not of what is not known", "! nosuch; linux /k $?", "0" },
	{ "return", "function f { return 1; }\nf; linux /k $?", "1" },
	{ "return a number", "function f { return 3; }\nf; linux /k $?", "3" },
	{ "return what was", "function f { false; return; }\nf; linux /k $?", "1" },
	{ "the last status", "function f { true; false; }\nf; linux /k $?", "1" },
	{ "a function in if",
	  "function f { return 1; }\nif f; then x=y; else x=n; fi\nlinux /k $x", "n" },
	{ "return out of a loop",
	  "function f { for i in 1 2 3; do if [ $i = 2 ]; then return 3; fi; x=$x$i; "
	  "done; }\n"
	  "f; linux /k $x $?",
	  "1 3" },
	{ "the last of a condition counts", "if false; true; then x=1; fi; linux /k $x",
	  "1" },
	{ "elif", "if false; then x=1; elif true; then x=2; else x=3; fi; linux /k $x",
	  "2" },
	{ "else", "if false; then x=1; elif false; then x=2; else x=3; fi; linux /k $x",
	  "3" },
	{ "an if of many lines",
	  "if [ a = a ]\nthen\n\n x=1\nelse\n x=2\nfi\nlinux /k $x", "1" },
	{ "status of an if not taken", "if false; then true; fi; linux /k $?", "0" },

	{ "for", "for i in 1 2 3; do x=$x$i; done; linux /k $x", "123" },
	{ "for over fields", "l=\"1 2\"; for i in $l 3; do x=$x-$i; done; linux /k $x",
	  "-1-2-3" },
	{ "for over nothing", "for i in ; do x=1; done; linux /k [$x]", "[]" },
	{ "continue and break",
	  "for i in 1 2 3 4; do if [ $i = 2 ]; then continue; fi; if [ $i = 4 ]; then "
	  "break; "
	  "fi; x=$x$i; done; linux /k $x",
	  "13" },
	{ "break 2",
	  "for i in 1 2; do for j in a b; do if [ $j = b ]; then break 2; fi; x=$x$i$j; "
	  "done; "
	  "done; linux /k $x",
	  "1a" },
	{ "continue 2",
	  "for i in 1 2; do for j in a b; do if [ $j = b ]; then continue 2; fi; "
	  "x=$x$i$j; "
	  "done; x=never; done; linux /k $x",
	  "1a2a" },
	{ "while", "n=x; while [ $n != xxxx ]; do n=x$n; done; linux /k $n", "xxxx" },
	{ "until", "until [ \"$n\" = xx ]; do n=${n}x; done; linux /k $n", "xx" },
	{ "break outside", "break; linux /k a", "a" },

	{ "unset", "x=1; unset x; linux /k [$x]", "[]" },
	{ "export sets", "export x; if [ -z \"$x\" ]; then linux /k e; fi", "e" },
	{ "no name for a variable", "1=x; linux /k [$1]", "[]" },
	{ "root without parentheses", "set root=(hd0,gpt2); linux /k $root", "hd0,gpt2" },
	{ "eval", "eval 'set x=1; y=2'; linux /k $x$y", "12" },
	{ "source", "source $prefix/inc.cfg; linux /k $incvar", "1" },
	{ "source by .", ". /boot/grub/inc.cfg\nlinux /k $incvar", "1" },
	{ "source of nothing", "source $prefix/no.cfg; linux /k $?", "0" },
	{ "functions of a source", "source $prefix/inc.cfg; incf 7; linux /k $incvar",
	  "7" },
	{ "increment", "n=4; increment n; increment m; decrement o; linux /k $n $m $o",
	  "5 1 -1" },

	{ "what grub-mkconfig asks for",
	  "linux /k $grub_platform $grub_cpu $feature_menuentry_id "
	  "$feature_timeout_style$feature_all_video_module$feature_default_font_path",
	  "xen x86_64 y yyy" },
	{ "where we are", "linux /k $root $prefix $config_file $config_directory",
	  "hd0,gpt2 (hd0,gpt2)/boot/grub (hd0,gpt2)/boot/grub/grub.cfg "
	  "(hd0,gpt2)/boot/grub" },
	{ "an environment block", "load_env; linux /k [$e1] [$e2] [$e3] [$e4]",
	  "[one] [two\\\\x y] [] []" },
	{ "one variable of it", "load_env --file $prefix/grubenv e1; linux /k [$e1$e2]",
	  "[one]" },
	{ "no environment block", "load_env -f /k; linux /k $?", "18" },
	{ "save_env does nothing", "load_env; e1=x; save_env e1; load_env; linux /k $e1",
	  "one" },
	{ "search by UUID", "search --no-floppy --fs-uuid --set=x aaaa-bbbb; linux /k $x",
	  "hd0,gpt1" },
	{ "search without a name",
	  "search --fs-uuid --set AAAA-BBBB; linux (hd0,2)/k $root", "hd0,gpt1" },
	{ "search by label", "search -l -s --hint hd9 EFI; linux (hd0,2)/k $root",
	  "hd0,gpt1" },
	{ "search by file", "search --file /EFI/mark --set=x; linux /k $x", "hd0,gpt1" },
	{ "search with hints",
	  "search --no-floppy --fs-uuid --set=x --hint-bios=hd0,msdos1 --hint-efi=hd0 "
	  "--hint-xen=d AAAA-BBBB; linux /k $x",
	  "hd0,gpt1" },
	{ "search in vain", "search --fs-uuid --set=x 1-2; linux /k $? [$x]", "18 []" },
	{ "search.fs_uuid", "search.fs_uuid AAAA-BBBB x hd0,gpt1; linux /k $x",
	  "hd0,gpt1" },
	{ "search.fs_label", "search.fs_label EFI x; linux /k $x", "hd0,gpt1" },
	{ "search.file", "search.file /EFI/mark x; linux /k $x", "hd0,gpt1" },
	{ "probe", "probe --set=u -u (hd0,gpt1); probe -s f --fs $root; linux /k $u $f",
	  "AAAA-BBBB ext*" },
	{ "regexp", "regexp --set=1:m 'a(.)c' xabcx; linux /k $? $m", "0 b" },
	{ "regexp: the first group", "regexp --set m '([0-9]+)' ab123c; linux /k $m",
	  "123" },
	{ "regexp: all of it", "regexp --set=0:m '[0-9]+' ab123c; linux /k $m", "123" },
	{ "regexp: no match", "regexp nope abc; linux /k $?", "1" },
	{ "regexp: a group not there", "regexp -s 2:m '(a)(b)?' ac; linux /k $? [$m]",
	  "0 []" },
	{ "wildcards", "for f in $prefix/*.cfg; do x=\"$x $f\"; done; linux /k $x",
	  "(hd0,gpt2)/boot/grub/grub.cfg (hd0,gpt2)/boot/grub/inc.cfg" },
	{ "of directories", "linux /k /b*/g*/i?c*", "/boot/grub/inc.cfg" },
	{ "quoted they are none", "linux /k \"$prefix/*.cfg\" /boot/grub/\\*",
	  "(hd0,gpt2)/boot/grub/*.cfg /boot/grub/*" },
	{ "what matches nothing stays", "linux /k /no* * a?b", "/no* * a?b" },

	{ "a line with an error is left out", "x=1\nx=2; fi\nlinux /k $x", "1" },
	{ "all of an if with an error is", "if true; then\nx=2 |\nlinux /k a\nfi", "a" },
	{ "a byte below space", "linux /k a\001b", "\"a b\"" },
	{ "what hardware there is",
	  "if keystatus --shift; then x=1; fi\nif cmostest 1:2; then "
	  "x=1; fi\nif cpuid -l; then y=64; fi\nlinux /k [$x] $y",
	  "[] 64" },
	{ "what only shows",
	  "insmod x; loadfont y; terminal_output gfxterm; serial --unit=0; echo z; play "
	  "1 2; "
	  "sleep --interruptible 0; background_image /b; linux /k $?",
	  "0" },
};

static void put_files(struct boot_dir *d, const char *script)
{
	boot_dir_with(d, "loop0,gpt2", "loop0,gpt1", NULL);
	strcpy(d->device[1].uuid, "AAAA-BBBB");
	strcpy(d->device[1].label, "EFI");
	boot_dir_text(d, 1, "/EFI/mark", "m");
	boot_dir_text(d, 0, "/k", "kernel");
	boot_dir_text(d, 0, "/boot/grub/inc.cfg",
		      "incvar=1\nfunction incf { incvar=$1; }\n");
	boot_dir_text(
		d, 0, "/boot/grub/grubenv",
		"# GRUB Environment Block\ne1=one\n#e4=x\ne2=two\\\\x y\ne3=\n#####");
	boot_dir_text(d, 0, "/boot/grub/grub.cfg", script);
}

static void test_case(size_t i)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	int r;

	put_files(&d, cases[i].script);
	r = boot_menu_make(&d, boot_grub_read, 0, "/boot/grub/grub.cfg", &m);
	if (r < 0 || m.count != 1)
		ok(false, "%s: %d, %zu entries", cases[i].name, r, m.count);
	else
		is_str(m.entry[0].args, cases[i].args, cases[i].name);
	boot_dir_done(&d);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(i);
	return tap_done();
}
