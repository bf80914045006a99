# static addresses: what comes from xenstore, and over the helper's socket
TESTS += tests/unit/static_ip_setting tests/unit/static_ip_wire
tests/unit/static_ip_setting_SRCS := tests/unit/static_ip_setting.c $(AGENT_STATIC_IP_PURE) \
	$(LIB_BASE)
tests/unit/static_ip_wire_SRCS := tests/unit/static_ip_wire.c $(AGENT_NETWORK_WIRE) $(LIB_BASE)

# both sides as programs, for tests/daemon/static-ip.t
HELPERS += tests/daemon/static_ip_agent tests/daemon/static_ip_serve
tests/daemon/static_ip_agent_SRCS := tests/daemon/static_ip_agent.c \
	tests/daemon/static_ip_clock.c $(AGENT_STATIC_IP) $(LIB_XS) $(LIB_BASE)
tests/daemon/static_ip_agent_LIBS := xenstore
tests/daemon/static_ip_agent_LDLIBS := -Wl,--wrap=io_now_ms,--wrap=poll
tests/daemon/static_ip_serve_SRCS := tests/daemon/static_ip_serve.c \
	tests/daemon/static_ip_clock.c $(AGENT_NETWORK_SERVE) $(LIB_BASE)
tests/daemon/static_ip_serve_LDLIBS := -Wl,--wrap=io_now_ms,--wrap=poll
SCRIPT_TESTS += tests/daemon/static-ip.t tests/daemon/static-ip-real.t
