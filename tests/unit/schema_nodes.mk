TESTS += tests/unit/schema_nodes
tests/unit/schema_nodes_SRCS := tests/unit/schema_nodes.c guest-agent/schema_nodes.c $(LIB_BASE)
