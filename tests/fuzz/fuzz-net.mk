FUZZ += net_url
FUZZ_net_url_SRCS := $(ELI_NET_URL) lib/io.c
FUZZ_net_url_LIBS := libcurl
