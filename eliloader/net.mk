# eliloader-net, the worker that fetches: http, https, ftp (libcurl) and nfs (libnfs).
ELI_NET_URL := eliloader/net_url.c
PROGS += eliloader/eliloader-net
eliloader/eliloader-net_SRCS := eliloader/net_main.c eliloader/net_out.c eliloader/net_resolve.c \
	eliloader/net_curl.c eliloader/net_http.c eliloader/net_nfs.c $(ELI_NET_URL) \
	eliloader/repo.c eliloader/repo_nfs.c eliloader/config.c $(LIB_CONFIG) $(ELI_SOURCE)
eliloader/eliloader-net_LIBS := libcurl libnfs libseccomp
