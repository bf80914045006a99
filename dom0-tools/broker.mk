# xenstore-broker: one domain's view of the store.
PROGS += dom0-tools/xenstore-broker
dom0-tools/xenstore-broker_SRCS := dom0-tools/xenstore_broker.c dom0-tools/broker_access.c \
	dom0-tools/broker_child.c dom0-tools/broker_connect.c dom0-tools/broker_create.c \
	dom0-tools/broker_identity.c dom0-tools/broker_listen.c dom0-tools/broker_loop.c \
	dom0-tools/broker_metrics.c dom0-tools/broker_node.c dom0-tools/broker_nodes.c \
	dom0-tools/broker_ops.c dom0-tools/broker_options.c dom0-tools/broker_quota.c \
	dom0-tools/broker_request.c dom0-tools/broker_session.c dom0-tools/broker_store.c \
	dom0-tools/broker_trim.c dom0-tools/broker_tx.c dom0-tools/broker_walk.c \
	dom0-tools/broker_watch.c \
	$(BROKER_PURE) $(LIB_BASE) $(LIB_SANDBOX) lib/notify.c
dom0-tools/xenstore-broker_LIBS := libseccomp
