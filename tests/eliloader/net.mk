# Tests of eliloader-net, with real servers and bad ones.
SCRIPT_TESTS += tests/eliloader/net.t tests/eliloader/net_bad.t
TESTS += tests/eliloader/net_url
tests/eliloader/net_url_SRCS := tests/eliloader/net_url.c $(ELI_NET_URL) lib/io.c
tests/eliloader/net_url_LIBS := libcurl
