#!/bin/bash
exec "$(dirname "$0")/eliloader.t" pvh
