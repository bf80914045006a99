# shellcheck shell=bash
# debian.sh - sourced by image: the Debian root with systemd.
debian_image() { echo "image: no debian yet" >&2; exit 1; }
