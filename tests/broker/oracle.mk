# The broker beside a genuine guest; see oracle.c.
HELPERS += tests/broker/oracle
tests/broker/oracle_SRCS := tests/broker/oracle.c tests/broker/oracle_ask.c \
	tests/broker/oracle_compare.c tests/broker/oracle_report.c tests/broker/oracle_excuse.c \
	tests/broker/oracle_events.c tests/broker/oracle_extra.c tests/broker/oracle_snap.c \
	tests/broker/oracle_gen.c tests/broker/oracle_guest.c tests/broker/oracle_paths.c \
	tests/broker/oracle_side.c tests/broker/oracle_link.c tests/daemon/ring.c $(LIB_BASE)

# Preloaded into the daemons on top of fakexen.so: like that never with sanitizers.
$(O)/tests/broker/fastclock.so: tests/broker/oracle_fastclock.c
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -D_GNU_SOURCE -std=gnu11 -g -O2 $(WARN) -fPIC -shared -o $@ $< -ldl
EXTRA_HELPERS += $(O)/tests/broker/fastclock.so

ORACLE_CLIENT := tests/broker/oracle_side.c tests/broker/oracle_link.c tests/broker/oracle_gen.c \
	tests/broker/oracle_guest.c tests/broker/oracle_paths.c tests/daemon/ring.c $(LIB_BASE)
HELPERS += tests/broker/frames
tests/broker/frames_SRCS := tests/broker/frames.c tests/broker/oracle_hostile.c \
	tests/broker/oracle_snap.c $(ORACLE_CLIENT)
HELPERS += tests/broker/flip
tests/broker/flip_SRCS := tests/broker/flip.c $(ORACLE_CLIENT)
HELPERS += tests/broker/secrets
tests/broker/secrets_SRCS := tests/broker/secrets.c tests/broker/oracle_hostile.c \
	tests/broker/oracle_snap.c $(ORACLE_CLIENT)
