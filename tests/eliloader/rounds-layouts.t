#!/bin/bash
exec "$(dirname "$0")/rounds-states.t" ours suse oracle limits xl
