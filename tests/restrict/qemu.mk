TESTS += tests/restrict/qemu_args
tests/restrict/qemu_args_SRCS := tests/restrict/qemu_args.c dom0-tools/qemu_args.c \
	dom0-tools/qemu_host.c dom0-tools/qemu_opts.c lib/io.c lib/text.c
SCRIPT_TESTS += tests/restrict/qemu-args.t
