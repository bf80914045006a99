# The planner: pure.  Its users link jansson (--explain --json).
ELI_REQUEST := eliloader/request.c eliloader/request_usage.c
ELI_CONFIG := eliloader/config.c $(LIB_CONFIG)
ELI_REPO := eliloader/repo.c eliloader/repo_nfs.c
ELI_PLAN := eliloader/plan.c eliloader/plan_values.c eliloader/plan_rounds.c \
	eliloader/plan_pairs.c eliloader/plan_finish.c \
	eliloader/plan_changes.c eliloader/plan_args.c eliloader/plan_text.c \
	eliloader/plan_print.c eliloader/job_make.c eliloader/distros.c $(ELI_REPO) \
	eliloader/json_text.c eliloader/sums.c $(ELI_REQUEST) $(ELI_CONFIG)
