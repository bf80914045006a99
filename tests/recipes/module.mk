# the recipes, with real vm-data and real stores
SCRIPT_TESTS += tests/recipes/cloud-seed.t tests/recipes/health-check.t tests/recipes/vm-network.t \
	tests/recipes/vm-network-real.t tests/recipes/init.t tests/recipes/pages.t
