# the recipes, with real vm-data and real stores
SCRIPT_TESTS += tests/recipes/cloud-seed.t
