SCRIPT_TESTS += tests/unit/agent_page.t tests/daemon/agent-once.t
