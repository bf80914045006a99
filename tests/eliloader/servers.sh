# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set here for the tests to use, or set by them
# servers.sh - sourced by tests: real servers on loopback, in the test's own network
# namespace (so ports are fixed) and, for nfs, its own mount namespace.
#
# Needs:  $top, $dir (an absolute directory of the test's own, readable by all).
#	serve ROOT [LINES]	nginx: HTTP.  Sets $www (http://127.0.0.1:8080), $serve_pid.
#				LINES: directives inside its server block
#	serve_https NAME ROOT [LINES]  nginx: HTTPS with the certificate NAME of cert_new, on
#				the next free port: sets $https_port.  May be called again
#	serve_ftp ROOT		vsftpd, anonymous.  Sets $ftp (ftp://127.0.0.1:2121)
#	serve_nfs ROOT [4]	nfs-ganesha: NFS 3 and 4, with rpcbind where 3 is wanted.  ROOT
#				is $nfs_path as version 3 and /repo as version 4 names it.
#				With 4: only that, on port 2049
#	serve_bad ROOT		badserver.py, see there.  Sets $bad (http://127.0.0.1:8090)
#	serve_proxy		proxy.py.  Sets $proxy; its log is $dir/proxy.log
#	serve_dns NAME ADDRESS	dns.py: a resolver at 127.0.0.1 that knows one name
#	cert_authority NAME	makes $dir/NAME.crt, .key
#	cert_new NAME CA [DAYS [SUBJECT-ALT-NAME]]	CA: such a NAME, or "self"
#	servers_stop		ends all of them
# They end with the test, however it ends.
servers=()
http_port=8080 https_port=8442
python=$(command -v python3)

# server_start COMMAND... : in the background; sets server_pid
server_start() {
	setpriv --pdeathsig KILL "$@" < /dev/null >> "$dir/servers.log" 2>&1 &
	server_pid=$!
	servers+=("$server_pid")
	disown
}

# listens PORT : is somebody there?
listens() { ss -Hltn "sport = :$1" | grep -q .; }
# server_wait PORT : until it listens, or has ended
server_wait() {
	local n

	for ((n = 0; n < 400; n++)); do
		! listens "$1" || return 0
		kill -0 "$server_pid" 2> /dev/null || break
		sleep 0.05
	done
	diag "$(tail -n 20 "$dir/servers.log")"
	return 1
}

server_kill() {
	kill -KILL "$1" 2> /dev/null || return 0
	while kill -0 "$1" 2> /dev/null; do sleep 0.01; done
}
servers_stop() {
	local pid

	for pid in ${servers[@]+"${servers[@]}"}; do server_kill "$pid"; done
	servers=()
}

# nginx_start PORT LISTEN-OPTIONS ROOT LINES
nginx_start() {
	local at=$dir/nginx.$1

	mkdir -p "$at"
	cat > "$at/nginx.conf" <<- END
		daemon off; master_process off; pid $at/pid; worker_processes 1;
		error_log $at/error.log;
		events { }
		http {
			access_log $at/access.log; sendfile on; default_type application/octet-stream;
			client_body_temp_path $at/t1; proxy_temp_path $at/t2; fastcgi_temp_path $at/t3;
			uwsgi_temp_path $at/t4; scgi_temp_path $at/t5;
			server { listen 127.0.0.1:$1 $2; listen [::1]:$1 $2; root $3; $4 }
		}
	END
	server_start "$top/build/xen/usr/sbin/nginx" -e "$at/error.log" -p "$at" -c "$at/nginx.conf"
	server_wait "$1"
}

serve() {
	nginx_start $http_port "" "$1" "${2:-}" || return
	serve_pid=$server_pid www=http://127.0.0.1:$http_port
}

serve_https() {
	https_port=$((https_port + 1))
	nginx_start $https_port ssl "$2" \
		"ssl_certificate $dir/$1.crt; ssl_certificate_key $dir/$1.key; ${3:-}"
}

cert_authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$dir/$1.key" \
		-out "$dir/$1.crt" >> "$dir/servers.log" 2>&1
}

# cert_new NAME CA [DAYS [SUBJECT-ALT-NAME]] : DAYS may lie in the past (-1)
cert_new() {
	local name=$dir/$1 alt=${4:-DNS:localhost,IP:127.0.0.1}

	if [ "$2" = self ]; then
		openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=self \
			-addext "subjectAltName=$alt" -keyout "$name.key" -out "$name.crt"
		return
	fi >> "$dir/servers.log" 2>&1
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$name.key" -out "$name.csr" &&
		openssl x509 -req -in "$name.csr" -CA "$dir/$2.crt" -CAkey "$dir/$2.key" \
			-CAcreateserial -days "${3:-2}" -out "$name.crt" \
			-extfile <(echo "subjectAltName=$alt")
} >> "$dir/servers.log" 2>&1

serve_ftp() {
	mkdir -p "$dir/empty"
	cat > "$dir/vsftpd.conf" <<- END
		listen=YES
		listen_address=127.0.0.1
		listen_port=2121
		background=NO
		anonymous_enable=YES
		no_anon_password=YES
		anon_root=$1
		ftp_username=daemon
		nopriv_user=nobody
		secure_chroot_dir=$dir/empty
		seccomp_sandbox=NO
		xferlog_enable=YES
		log_ftp_protocol=YES
		vsftpd_log_file=$dir/vsftpd.log
		${2:-}
	END
	server_start "$top/build/xen/usr/sbin/vsftpd" "$dir/vsftpd.conf"
	ftp=ftp://127.0.0.1:2121
	server_wait 2121
}

# rpcbind wants a user of its own, which the machine need not have.
rpcbind_start() {
	cp /etc/passwd "$dir/passwd"
	echo "_rpc:x:65530:65534::/run:/usr/sbin/nologin" >> "$dir/passwd"
	mount --bind "$dir/passwd" /etc/passwd
	mkdir -p /run/rpcbind
	server_start "$top/build/xen/sbin/rpcbind" -f -i
	server_wait 111
}

serve_nfs() {
	local lib=$top/build/xen/usr/lib versions="3, 4"

	if [ "${2:-}" = 4 ]; then versions=4; else rpcbind_start || return; fi
	mkdir -p "$dir/nfs/recovery"
	cat > "$dir/nfs/conf" <<- END
		NFS_CORE_PARAM {
			NFS_Port = 2049; MNT_Port = 2050; Protocols = $versions;
			Enable_NLM = false; Enable_RQUOTA = false;
			Plugins_Dir = "$lib/x86_64-linux-gnu/ganesha";
		}
		NFSV4 { Graceless = true; RecoveryRoot = "$dir/nfs/recovery"; Only_Numeric_Owners = true; }
		EXPORT {
			Export_Id = 1; Path = $1; Pseudo = /repo; Access_Type = RO;
			Squash = none; SecType = sys; Attr_Expiration_Time = 0; FSAL { Name = VFS; }
		}
		LOG { Default_Log_Level = EVENT; }
	END
	nfs_path=$1
	server_start env "LD_LIBRARY_PATH=$lib/ganesha" "$top/build/xen/usr/bin/ganesha.nfsd" \
		-F -f "$dir/nfs/conf" -L "$dir/nfs/log" -p "$dir/nfs/pid"
	nfs_pid=$server_pid
	server_wait 2049
}

serve_bad() {
	server_start "$python" "$top/tests/eliloader/badserver.py" 8090 "$1" "$dir/bad.log"
	bad=http://127.0.0.1:8090
	server_wait 8090
}

serve_proxy() {
	server_start "$python" "$top/tests/eliloader/proxy.py" 3128 "$dir/proxy.log"
	proxy=http://127.0.0.1:3128
	server_wait 3128
}

serve_dns() {
	server_start "$python" "$top/tests/eliloader/dns.py" "$1" "$2" "$dir/dns.ready"
	local n
	for ((n = 0; n < 400; n++)); do [ -e "$dir/dns.ready" ] && return; sleep 0.05; done
	return 1
}
