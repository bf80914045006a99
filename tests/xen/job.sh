# shellcheck shell=bash
# job.sh - sourced: what is sent into dom0 and run there (see dom0/jobs): a directory that
# becomes /job, with the helpers tap.sh and lib.sh, what was added, and the script ./run.
# The sourcing script sets $here and $top, and removes $job_dir at its end.
# shellcheck disable=SC2154 # here, top: see above
job_dir=$(mktemp -d "${TMPDIR:-/tmp}/xen-job.XXXXXX")
mkdir "$job_dir/bin" "$job_dir/lib"
cp "$top/tests/tap.sh" "$here/dom0/lib.sh" "$job_dir/"

# send FILE... : into dom0's /job
send() { cp -r -- "$@" "$job_dir/"; }

# send_program FILE... : into dom0's PATH, with the shared libraries that dom0 has not
send_program() {
	local libs

	cp -- "$@" "$job_dir/bin/" || return
	libs=$(ldd "$@" | grep -o '/[^ ]*' | grep -v ':$' |
		grep -vE '/(libc|libm|libxen[a-z]*|ld-linux-x86-64)\.so' | sort -u)
	# shellcheck disable=SC2086 # a list of paths
	[ -z "$libs" ] || cp -L $libs "$job_dir/lib/"
}

# job_script : the bash script on stdin is what the job runs
job_script() {
	{ printf '%s\n' '#!/bin/bash' '. /job/tap.sh' '. /job/lib.sh'; cat; } > "$job_dir/run"
	chmod +x "$job_dir/run"
}
