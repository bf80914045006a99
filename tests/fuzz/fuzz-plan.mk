# The planner's inputs: argv, the configuration, addresses, and whole records.
FUZZ += request config repo plan
FUZZ_request_SRCS := eliloader/request.c lib/io.c lib/log.c
FUZZ_config_SRCS := $(ELI_CONFIG) lib/io.c lib/log.c
FUZZ_repo_SRCS := $(ELI_REPO) lib/io.c lib/log.c
FUZZ_plan_SRCS := $(ELI_PLAN) eliloader/record.c $(LIB_BASE)
FUZZ_plan_LIBS := jansson
