# What clients of the broker send, and profiles.
FUZZ += broker_frame profile
FUZZ_broker_frame_SRCS := $(BROKER_PURE) $(LIB_BASE)
FUZZ_profile_SRCS := $(BROKER_PURE) $(LIB_BASE)
