SCRIPT_TESTS += tests/unit/agent_page.t
