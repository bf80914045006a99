# xen-pv-tools - see README.md; `make help` lists what can be made.
#
# One make sees the whole graph.  Each directory's module.mk only extends lists:
#   PROGS  += dom0-tools/guest-metrics      a program; its sources are in
#   dom0-tools/guest-metrics_SRCS := ...    (from the top), _LIBS (pkg-config names),
#   dom0-tools/guest-metrics_STATIC := y    also wanted as one static file
#   TESTS  += tests/unit/tree               a TAP test program, run by `make check`
#   WORKERS += eliloader/eliloader-net      of PROGS: one that only another program starts
#   HELPERS += tests/daemon/xenbus          a program that only tests use
#   SCRIPT_TESTS += tests/daemon/agent.t    a TAP script, run by `make check`
#   XEN_TESTS += tests/xen/publish.t        a TAP script, run by `make check-xen`
#   SCRIPTS += recipes/xe-guest-NAME        a shell script that is installed as it is
#   SHARED += recipes/NAME.cfg              a file below SHAREDIR, for the administrator to copy
#   INIT_SCRIPTS += recipes/openrc/NAME     for OpenRC or (sysv/) SysV init, below INITDIR
#   UDEV_RULES += packaging/udev/NN-NAME.rules  rules that are in force once installed
#   EXAMPLES += packaging/NAME.conf         a configuration with all keys as comments
#   LIBS += dom0-tools/libNAME              a library, static and shared: besides _SRCS and
#                                           _LIBS its _VERSION and _MAP (version script)
#   PRELOADS += dom0-tools/libNAME-preload  an object for LD_PRELOAD: never with sanitizers
#   tests/NAME_ARCHIVES := libNAME.a        libraries of ours that a program links
MODULES := lib guest-agent recipes dom0-tools eliloader tests

# One tree per flavour: build/ (optimised), build/san (ASan and UBSan).
ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
O ?= build$(if $(SAN),/san)
PREFIX ?= /usr/local
DESTDIR ?=
SBINDIR ?= $(PREFIX)/sbin
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
# eliloader looks for its workers beside itself, then here (see eliloader/worker.h)
LIBEXECDIR ?= $(PREFIX)/libexec/xen-pv-tools
# one of the places where profile.h says that profiles are looked for
PROFILEDIR ?= $(PREFIX)/share/xen-pv-tools/profiles
SHAREDIR ?= $(PREFIX)/share/xen-pv-tools
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
# below it init/openrc and init/sysv: which of them is /etc/init.d's, the package knows
INITDIR ?= $(PREFIX)/share/xen-pv-tools/init
# udev looks below /usr/local/lib, too
UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
DOCDIR ?= $(PREFIX)/share/doc/xen-pv-tools

, := ,
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef
OPT := $(if $(SAN),-O1 -fno-omit-frame-pointer -fsanitize=address$(,)undefined -fno-sanitize-recover=all,-O2 -D_FORTIFY_SOURCE=2)
HARDEN := -fstack-protector-strong -fPIE
CFLAGS ?= -g
override CFLAGS += -std=gnu11 $(WARN) $(OPT) $(HARDEN) -ffunction-sections -fdata-sections
override CPPFLAGS += -I. -D_GNU_SOURCE
override LDFLAGS += $(if $(SAN),-fsanitize=address$(,)undefined) -Wl,-z,relro,-z,now,--gc-sections,--as-needed
PKG_CONFIG ?= pkg-config
OBJCOPY ?= objcopy

PROGS :=
WORKERS :=
TESTS :=
HELPERS :=
SCRIPT_TESTS :=
XEN_TESTS :=
MAN :=
UNITS :=
SCRIPTS :=
SHARED :=
UDEV_RULES :=
EXAMPLES :=
SYSUSERS :=
INIT_SCRIPTS :=
PROFILES :=
LIBS :=
PRELOADS :=
HEADERS :=
PKG_CONFIGS :=
include $(MODULES:%=%/module.mk)

# program(NAME): from the sources of NAME to $(O)/<last part> (or $(O)/NAME below tests/)
target = $(O)/$(if $(filter tests/%,$(1)),$(1),$(notdir $(1)))
objects = $(patsubst %.c,$(O)/obj/%.o,$($(1)_SRCS))
define program
$(call target,$(1)): $(call objects,$(1)) $(addprefix $(O)/,$($(1)_ARCHIVES))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -pie $$(LDFLAGS) -o $$@ $$^ $(if $($(1)_LIBS),$$(shell $$(PKG_CONFIG) --libs $($(1)_LIBS))) $($(1)_LDLIBS)
SRCS += $($(1)_SRCS)
endef
define static_program
$(O)/static/$(notdir $(1)): $(call objects,$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -static $$(LDFLAGS) -o $$@ $$^ $(if $($(1)_LIBS),$$(shell $$(PKG_CONFIG) --static --libs $($(1)_LIBS))) $($(1)_LDLIBS)
	$$(Q)strip $$@
STATIC += $(O)/static/$(notdir $(1))
endef
# library(NAME): $(O)/<last part>.a, one object whose private names nobody can meet, and
# $(O)/<last part>.so.<version>.  What is not declared visible is private.
pic_objects = $(patsubst %.c,$(O)/pic/%.o,$($(1)_SRCS))
soname = $(notdir $(1)).so.$($(1)_VERSION)
define library
$(O)/$(notdir $(1)).a: $(call pic_objects,$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) -r -nostdlib -o $(O)/pic/$(notdir $(1)).o $$^
	$$(Q)$$(OBJCOPY) --localize-hidden $(O)/pic/$(notdir $(1)).o
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $(O)/pic/$(notdir $(1)).o
$(O)/$(call soname,$(1)): $(call pic_objects,$(1)) $($(1)_MAP)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) -shared -Wl,-soname,$$(@F),--version-script=$($(1)_MAP) $(if $(SAN),,-Wl$(,)-z$(,)defs) $$(LDFLAGS) \
		-o $$@ $$(filter %.o,$$^) $$(shell $$(PKG_CONFIG) --libs $($(1)_LIBS)) $($(1)_LDLIBS)
	$$(Q)ln -sf $$(@F) $(O)/$(notdir $(1)).so
LIB_FILES += $(O)/$(notdir $(1)).a $(O)/$(call soname,$(1))
PIC_SRCS += $($(1)_SRCS)
endef
preload_objects = $(patsubst %.c,$(O)/preload/%.o,$($(1)_SRCS))
define preload
$(O)/$(notdir $(1)).so: $(call preload_objects,$(1)) $($(1)_MAP)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(PLAIN_CFLAGS) -shared -Wl,--version-script=$($(1)_MAP) $$(PLAIN_LDFLAGS) \
		-o $$@ $$(filter %.o,$$^) $(if $($(1)_LIBS),$$(shell $$(PKG_CONFIG) --libs $($(1)_LIBS))) $($(1)_LDLIBS)
PRELOAD_FILES += $(O)/$(notdir $(1)).so
PRELOAD_SRCS += $($(1)_SRCS)
endef

Q := $(if $(V),,@)
STATIC :=
LIB_FILES :=
PRELOAD_FILES :=
PLAIN_CFLAGS = $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS))
PLAIN_LDFLAGS = $(filter-out -fsanitize%,$(LDFLAGS))
.DEFAULT_GOAL := all
$(foreach p,$(PROGS) $(TESTS) $(HELPERS),$(eval $(call program,$(p))))
ifndef SAN
$(foreach p,$(PROGS),$(if $($(p)_STATIC),$(eval $(call static_program,$(p)))))
endif

$(foreach l,$(LIBS),$(eval $(call library,$(l))))
$(foreach l,$(PRELOADS),$(eval $(call preload,$(l))))

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(O)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
$(O)/preload/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(PLAIN_CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
-include $(patsubst %.c,$(O)/obj/%.d,$(sort $(SRCS))) $(patsubst %.c,$(O)/pic/%.d,$(PIC_SRCS)) \
	$(patsubst %.c,$(O)/preload/%.d,$(PRELOAD_SRCS))

PROG_FILES := $(foreach p,$(PROGS),$(call target,$(p)))
WORKER_FILES := $(foreach p,$(WORKERS),$(call target,$(p)))
# what only root has a use for; eliloader is where libxl and xenopsd look for it
SBIN_FILES := $(filter %-agent %/xe-guest-network %/xenstore-broker %/xen-restrict,$(PROG_FILES))
TEST_FILES := $(foreach p,$(TESTS),$(call target,$(p)))
HELPER_FILES := $(foreach p,$(HELPERS),$(call target,$(p))) $(EXTRA_HELPERS)

# As they are installed: ours, and not to be written by others, whatever the checkout is.
PROFILE_FILES := $(PROFILES:packaging/%=$(O)/%)
$(O)/profiles/%: packaging/profiles/%
	@install -D -m 644 $< $@

all: $(PROG_FILES) $(STATIC) $(LIB_FILES) $(PRELOAD_FILES) $(PROFILE_FILES) ## build the programs and libraries, optimised, into build/
tests-built: all $(TEST_FILES) $(HELPER_FILES)

setup-%:
	@tools/setup $*

# (env: make starts it without a shell between, so that a signal to make reaches it.)
# Set-up comes first, then a second make that may rely on what it brought.
check: setup-build setup-check ## install what is missing, build, run all tests that need no Xen (SAN=1: under ASan and UBSan)
	@$(MAKE) -s --no-print-directory tests-built
	@env O=$(O) TEST_LIMIT=400 tests/run check$(if $(SAN),-san) $(TEST_FILES) $(SCRIPT_TESTS)

check-xen: setup-build setup-check setup-lab ## run the tests on real Xen in an emulator
	@$(MAKE) -s --no-print-directory tests-built
	@env O=$(O) TEST_LIMIT=900 tests/run -j 2 check-xen $(XEN_TESTS)

demo: setup-build setup-check setup-lab ## show the main job on real Xen; KEEP=1 leaves a shell in dom0
	@$(MAKE) -s --no-print-directory tests-built
	@O=$(O) KEEP=$(KEEP) tests/xen/demo

bench: setup-build setup-check setup-lab ## measure speed and memory and print them beside the peers' figures
	@$(MAKE) -s --no-print-directory tests-built
	@rc=0; for b in bench agent-memory eliloader eliloader-disk broker; do O=$(O) tests/bench/$$b || rc=1; done; exit $$rc

# One libFuzzer program per target, FUZZ_S seconds each; finds go to build/fuzz/NAME.
FUZZ_S ?= 60
fuzz: setup-build setup-lint ## look for inputs that break a parser, FUZZ_S=60 seconds each
	@for f in $(FUZZ); do $(MAKE) -s --no-print-directory fuzz-$$f || exit 1; done
	@$(MAKE) -s --no-print-directory fuzz-long

# The broker's long runs: FUZZ_OPS requests beside a guest's, and as many hostile frames, in all,
# half of them for each of the two daemons.
FUZZ_OPS ?= 1000000
fuzz-long: setup-build setup-check
	@$(MAKE) -s --no-print-directory tests-built
	@O=$(O) tests/broker/oracle-long $(FUZZ_OPS)
	@O=$(O) tests/broker/frames.t $$(($(FUZZ_OPS) / 2))

fuzz-%:
	@mkdir -p build/fuzz/$*
	clang $(CPPFLAGS) -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o build/fuzz/fuzz-$* tests/fuzz/$*.c $(FUZZ_$*_SRCS) \
		$(if $(FUZZ_$*_LIBS),$$($(PKG_CONFIG) --libs $(FUZZ_$*_LIBS))) $(FUZZ_$*_LDLIBS)
	build/fuzz/fuzz-$* -max_total_time=$(FUZZ_S) -artifact_prefix=build/fuzz/$*/ \
		build/fuzz/$* tests/fuzz/inputs/$*

lint: setup-build setup-check setup-lint ## clang, clang-tidy, shellcheck and mandoc over everything
	@O=build tools/lint

install: setup-build all ## install below DESTDIR and PREFIX
	@$(MAKE) --no-print-directory install-only

# Whatever an install would put there, and the directories that are ours alone.
uninstall: setup-build all ## remove what install with the same DESTDIR and PREFIX has put there
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && to='$(DESTDIR)' && \
	case $$to in '' | /*) ;; *) to=$$PWD/$$to ;; esac && \
	$(MAKE) -s --no-print-directory install-only DESTDIR="$$made" && cd "$$made" && \
	find . ! -type d -exec sh -c 'for f; do rm -f "$$0/$$f" || exit 1; done' "$$to" {} + && \
	find . -depth -type d -path '*/xen-pv-tools*' \
		-exec sh -c 'for d; do rmdir "$$0/$$d" 2> /dev/null; done; true' "$$to" {} +

install-only:
	install -d '$(DESTDIR)$(SBINDIR)' '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(UNITDIR)' \
		'$(DESTDIR)$(LIBEXECDIR)' '$(DESTDIR)$(SYSUSERSDIR)'
	install -m 755 $(SBIN_FILES) $(SCRIPTS) '$(DESTDIR)$(SBINDIR)'
	for f in $(SHARED); do \
		install -D -m 644 $$f '$(DESTDIR)$(SHAREDIR)'/$${f##*/} || exit 1; done
	install -m 755 $(filter-out $(SBIN_FILES) $(WORKER_FILES),$(PROG_FILES)) '$(DESTDIR)$(BINDIR)'
	install -m 755 $(WORKER_FILES) '$(DESTDIR)$(LIBEXECDIR)'
	for s in $(SYSUSERS); do n=$${s##*/}; \
		install -m 644 $$s '$(DESTDIR)$(SYSUSERSDIR)'/$${n%.sysusers}.conf || exit 1; done
	install -d '$(DESTDIR)$(UDEVDIR)' '$(DESTDIR)$(DOCDIR)'
	install -m 644 $(UDEV_RULES) '$(DESTDIR)$(UDEVDIR)'
	install -m 644 $(EXAMPLES) '$(DESTDIR)$(DOCDIR)'
	install -d '$(DESTDIR)$(PROFILEDIR)'
	install -m 644 $(PROFILES) '$(DESTDIR)$(PROFILEDIR)'
	install -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(LIBDIR)/xen-pv-tools' '$(DESTDIR)$(INCLUDEDIR)'
	install -m 644 $(filter %.a,$(LIB_FILES)) $(filter-out %.a,$(LIB_FILES)) '$(DESTDIR)$(LIBDIR)'
	for l in $(notdir $(filter-out %.a,$(LIB_FILES))); do \
		ln -sf $$l '$(DESTDIR)$(LIBDIR)'/$${l%.so.*}.so || exit 1; done
	install -m 644 $(PRELOAD_FILES) '$(DESTDIR)$(LIBDIR)/xen-pv-tools'
	install -m 644 $(HEADERS) '$(DESTDIR)$(INCLUDEDIR)'
	for p in $(PKG_CONFIGS); do to='$(DESTDIR)$(LIBDIR)/pkgconfig'/$$(basename $$p .in); \
		sed 's,@PREFIX@,$(PREFIX),; s,@LIBDIR@,$(LIBDIR),; s,@INCLUDEDIR@,$(INCLUDEDIR),' $$p > $$to && \
		chmod 644 $$to || exit 1; done
	for m in $(MAN); do \
		install -D -m 644 $$m '$(DESTDIR)$(MANDIR)'/man$${m##*.}/$${m##*/} || exit 1; done
	for u in $(UNITS); do to='$(DESTDIR)$(UNITDIR)'/$${u##*/}; \
		install -m 644 $$u $$to && sed -i 's,@SBINDIR@,$(SBINDIR),g' $$to || exit 1; done
	for i in $(INIT_SCRIPTS); do to='$(DESTDIR)$(INITDIR)'/$${i#*/}; \
		install -D -m 755 $$i $$to && sed -i 's,@SBINDIR@,$(SBINDIR),g' $$to || exit 1; done

print-%:
	@echo $($*)

clean: ## remove what make built, keeping downloads and lab images
	rm -rf build/obj build/pic build/preload build/san build/clang build/static build/profiles build/tests build/log \
		build/gcc-werror $(PROG_FILES) $(LIB_FILES) $(LIB_FILES:.so.1=.so) $(PRELOAD_FILES)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST) | sort -u

.PHONY: all tests-built check check-xen demo bench fuzz fuzz-long lint install install-only uninstall clean help
.DELETE_ON_ERROR:
