#!/bin/bash
# net.t - eliloader-net against real servers: nginx (http, https), vsftpd (ftp), nfs-ganesha
# (nfs 3 and 4); proxies, names, certificates.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/net.sh
. "$(dirname "$0")/net.sh"
www_root=$dir/www
pair_new "$www_root"
mkdir "$www_root/empty"
pair_new "$www_root/deep/er/tree"
pair_new "$www_root/half" && rm "$www_root/half/initrd.img"

# --- http
serve "$www_root" || bail "nginx runs"
fetched "http" "$www_root" "$www/"
has "kernel and ramdisk have a size and a version" \
	'^file kernel path="vmlinuz" size=300000 sha256=- validator="etag .+"$'
fetched "a directory further down" "$www_root/deep/er/tree" "$www/deep/er/tree/"
fetched "a name of /etc/hosts" "$www_root" "http://localhost:$http_port/"
fetched "an IPv6 address" "$www_root" "http://[::1]:$http_port/"
refused "no pair" absent "looked for vmlinuz with initrd.img" "$www/empty/"
refused "half a pair is none" absent "looked for" "$www/half/"
has "that there is half of one is told" "^note warning .*'vmlinuz' is there, but 'initrd.img' is not"
fetched "the second place is looked at, too" "$www_root/deep/er/tree" "$www/" \
	candidate/00/kernel=half/vmlinuz candidate/00/ramdisk=half/initrd.img \
	candidate/01/kernel=deep/er/tree/vmlinuz candidate/01/ramdisk=deep/er/tree/initrd.img \
	candidate/01/media=1
CLIENT=(--want=ramdisk)
fetch "$www/"
ok "only what is wanted is fetched" cmp -s "$www_root/initrd.img" "$dir/out/ramdisk"
ok "... and nothing else" test ! -s "$dir/out/kernel"
CLIENT=()
refused "a kernel over its limit is not even begun" limit "300000 bytes.*limit of 299999" \
	"$www/" limit/kernel=299999
is "$(grep -c 'GET /' "$dir/nginx.$http_port/access.log")" 11 "only files of pairs are read whole"
refused "nobody listens" access "127.0.0.1:1/vmlinuz: .*connect.*tried 2 times" \
	"http://127.0.0.1:1/" tries=2
has "each further try is told" '^note info .*trying again \(2 of 2\)'
refused "a host that the list does not name" refused "allow-host does not name the host 'localhost'" \
	"http://localhost:$http_port/" allow-host/00=127.0.0.1
fetched "a host that it names" "$www_root" "http://localhost:$http_port/" \
	allow-host/00=elsewhere.test allow-host/01=localhost

by_hand=$("$O/eliloader-net" --uid=1 2>&1)
is "$? $by_hand" "2 eliloader-net: this is a part of eliloader, which starts it" "by hand it does nothing"

# --- names
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:2\n' > "$dir/resolv.conf"
mount --bind "$dir/resolv.conf" /etc/resolv.conf
serve_dns mirror.test 127.0.0.1 || bail "the name server runs"
fetched "a name that a name server knows" "$www_root" "http://mirror.test:$http_port/"
refused "a name that it does not know" access "the name 'other.test' cannot be resolved" \
	"http://other.test/"

# --- https
certificates() {
	cert_authority ca && cert_authority other-ca && cert_new good ca && cert_new self self &&
		cert_new expired ca -1 && cert_new wrong ca 2 DNS:other.test
}
certificates || bail "certificates are made"
serve_https good "$www_root" || bail "nginx runs with TLS"
good=https://localhost:$https_port
fetched "https" "$www_root" "$good/" "ca-bundle=$dir/ca.crt"
refused "a bundle that holds none" access "the CA bundle holds no certificates" "$good/" ca-bundle=/dev/null
mount -t tmpfs tmpfs /etc/ssl/certs # the system's, of which there are none
refused "no certificates at all" access "localhost:$https_port/vmlinuz: no certificates: set ca-bundle in eliloader.conf" "$good/"
fetched "... which http does not mind" "$www_root" "$www/"
cp "$dir/other-ca.crt" /etc/ssl/certs/ca-certificates.crt
refused "the system's CAs are others" access "certificate is not trusted .*ca-bundle" "$good/"
cp "$dir/ca.crt" /etc/ssl/certs/ca-certificates.crt
fetched "a CA of the system" "$www_root" "$good/"
refused "another CA" access "certificate is not trusted" "$good/" "ca-bundle=$dir/other-ca.crt"
refused "a bundle that is not there" access "CA bundle '$dir/none' cannot be read" "$good/" \
	"ca-bundle=$dir/none"
pin=$(openssl x509 -in "$dir/good.crt" -pubkey -noout | openssl pkey -pubin -outform der |
	openssl dgst -sha256 -binary | base64)
fetched "https with the pinned key" "$www_root" "$good/" "ca-bundle=$dir/ca.crt" \
	"pinned-key=sha256//$pin"
refused "another key than the pinned one" access "not that of pinned-public-key" "$good/" \
	"ca-bundle=$dir/ca.crt" "pinned-key=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
serve_https self "$www_root"
refused "a certificate that signs itself" access "not trusted .*self-signed" \
	"https://localhost:$https_port/" "ca-bundle=$dir/ca.crt"
serve_https expired "$www_root"
refused "an expired certificate" access "not trusted .*expired" \
	"https://localhost:$https_port/" "ca-bundle=$dir/ca.crt"
serve_https wrong "$www_root"
refused "a certificate of another host" access "not trusted .*localhost" \
	"https://localhost:$https_port/" "ca-bundle=$dir/ca.crt"

# --- redirects of real servers
# shellcheck disable=SC2016 # $request_uri is nginx's
serve_https good "$www_root" 'location /down/ { rewrite ^/down(/.*) http://127.0.0.1:8080$1 redirect; }
	location /same/ { rewrite ^/same(/.*) $1 permanent; }'
fetched "a redirect within https" "$www_root" "https://localhost:$https_port/same/" "ca-bundle=$dir/ca.crt"
refused "no redirect leads from https to http" refused "redirects to an address that is not allowed: http://127" \
	"https://localhost:$https_port/down/" "ca-bundle=$dir/ca.crt"
has "and nothing was read from there" '^done refused'

# --- ftp
serve_ftp "$www_root" || bail "vsftpd runs"
fetched "ftp" "$www_root" "$ftp/"
fetched "ftp, a directory further down" "$www_root/deep/er/tree" "$ftp/deep/er/tree/"
has "an ftp file has a size and a version" '^file kernel .* size=300000 .*validator="ftp [0-9]+ 300000"'
refused "ftp: no pair" absent "looked for" "$ftp/empty/"
refused "ftp: no such directory" absent "looked for" "$ftp/none/at/all/"
refused "ftp: over a limit" limit "limit of 1000000" "$ftp/" limit/ramdisk=1000000
refused "ftp: no such user" access "127.0.0.1:2121/vmlinuz: .*530" "ftp://me:secret@127.0.0.1:2121/"
ok "no password is printed" eval '! said secret'

# A session that dies in the middle: the rest is asked for, not the whole.
server_kill "$server_pid"
serve_ftp "$www_root" anon_max_rate=1000000 || bail "vsftpd runs, slowly"
cat > "$dir/cut" <<- END
	(
		until [ -s $dir/out/ramdisk ]; do sleep 0.02; done
		for p in \$(pgrep -P $server_pid); do kill -KILL \$(pgrep -P \$p) \$p; done
	) > $dir/cut.log 2>&1 &
END
CLIENT=(--after-offer="sh $dir/cut")
: > "$dir/vsftpd.log"
fetched "ftp: a transfer that is cut" "$www_root" "$ftp/"
has "... is tried again" "^note info .*initrd.img: .*trying again"
ok "... and gone on with" grep -q 'REST [1-9]' "$dir/vsftpd.log"
CLIENT=()

# --- proxies
serve_proxy || bail "the proxy runs"
# what it was asked for: once more, where a transfer was tried again
used() { grep -o "$1[^ ]*" "$dir/proxy.log" | sort -u | wc -l; }
fetched "http through a proxy" "$www_root" "$www/" "proxy=$proxy"
is "$(used "GET $www/")" 2 "... which was asked for both files"
fetched "https through a proxy" "$www_root" "$good/" "proxy=$proxy" "ca-bundle=$dir/ca.crt"
is "$(used 'CONNECT localhost:8443')" 1 "... by one CONNECT"
fetched "ftp through a proxy" "$www_root" "$ftp/" "proxy=${proxy#http://}"
is "$(used "GET $ftp/")" 2 "... which was asked for both files"
fetched "a name that only the proxy knows" "$www_root" "http://inside.test:$http_port/" \
	"proxy=$proxy"
: > "$dir/proxy.log"
fetched "a host without proxy" "$www_root" "http://localhost:$http_port/" "proxy=$proxy" \
	no-proxy=other.test,localhost
fetched "a net without proxy" "$www_root" "$www/" "proxy=$proxy" no-proxy=127.0.0.0/8
is "$(wc -l < "$dir/proxy.log")" 0 "... and none was asked"
refused "a proxy that refuses" access "https://denied.test/vmlinuz: .*403" "https://denied.test/" \
	"proxy=$proxy"
refused "a proxy that is not there" access "onnect.* port 1 " "$www/" proxy=http://127.0.0.1:1 tries=1
refused "a proxy that the list of hosts does not name" refused "allow-host" "$www/" \
	"proxy=http://localhost:3128" allow-host/00=127.0.0.1
refused "a proxy of another kind" refused "proxy" "$www/" proxy=socks5://127.0.0.1:1
export http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
fetched "what the environment says is not heard" "$www_root" "$www/"
unset http_proxy https_proxy ALL_PROXY

# --- nfs
serve_nfs "$www_root" || bail "nfs-ganesha runs"
fetched "nfs 4" "$www_root" "nfs://127.0.0.1/repo/?version=4"
has "an nfs file has a size and a version" '^file ramdisk .* size=2000000 .*validator="nfs [0-9.]+ 2000000"'
CLIENT=(--after-offer="ss -Htn 'dport = :2049 and sport < :1024' > $dir/ports; grep CapEff /proc/\$(pgrep -x eliloader-net)/status >> $dir/ports")
fetch "nfs://127.0.0.1/repo/?version=4"
like "$(< "$dir/ports")" 'ESTAB' "nfs comes from a port that servers trust"
like "$(< "$dir/ports")" 'CapEff:[[:space:]]0000000000000400' "... by that capability alone"
CLIENT=()
fetched "nfs 4 on a port" "$www_root" "nfs://127.0.0.1/repo/?version=4&nfsport=2049"
fetched "nfs 3, its ports asked for" "$www_root" "nfs://127.0.0.1$nfs_path/?version=3"
fetched "nfs 3 on given ports" "$www_root" "nfs://127.0.0.1$nfs_path/?version=3&nfsport=2049&mountport=2050"
fetched "nfs of whatever version: 4" "$www_root" "nfs://127.0.0.1/repo/"
fetched "nfs of whatever version: 3" "$www_root" "nfs://127.0.0.1$nfs_path/"
fetched "nfs: a directory below the export" "$www_root/deep/er/tree" \
	"nfs://127.0.0.1/repo/deep/er/tree/?version=4"
fetched "nfs in Anaconda's form" "$www_root" "nfs:127.0.0.1:/repo"
fetched "nfs by a name" "$www_root" "nfs://mirror.test/repo/?version=4"
fetched "nfs by an IPv6 address" "$www_root" "nfs://[::1]/repo/?version=4"
refused "nfs: no pair" absent "looked for" "nfs://127.0.0.1/repo/empty/?version=4"
refused "nfs: no such export" access "NFS version 4: .*; NFS version 3: " "nfs://127.0.0.1/none/" tries=1
refused "nfs: over a limit" limit "limit of" "nfs://127.0.0.1/repo/?version=4" limit/kernel=1000
chmod 600 "$www_root/initrd.img"
refused "nfs: files are read as nobody" access "may not be read by others" \
	"nfs://127.0.0.1/repo/?version=4"
refused "... whoever the address says one is" refused "address cannot be used" \
	"nfs://127.0.0.1/repo/?version=4&uid=0&gid=0"
chmod 644 "$www_root/initrd.img"
fetch "nfs://127.0.0.1/repo/?version=4" "proxy=$proxy"
has "that nfs knows no proxy is told" "^note warning .*install-proxy is not used"
kill -STOP "$nfs_pid"
refused "nfs: a server that is silent" access "does not answer" "nfs://127.0.0.1/repo/?version=4" tries=1
kill -CONT "$nfs_pid"
CLIENT=(--after-offer="kill -STOP $nfs_pid; (sleep 3; kill -CONT $nfs_pid) &")
fetched "nfs: one that is silent for longer than the time-out, then wakes" "$www_root" \
	"nfs://127.0.0.1/repo/?version=4" tries=4
CLIENT=(--after-offer="echo >> $www_root/vmlinuz")
refused "nfs: a file that changes after it was offered" access "vmlinuz has changed" \
	"nfs://127.0.0.1/repo/?version=4" tries=1
done_testing
