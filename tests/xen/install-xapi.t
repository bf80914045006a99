#!/bin/bash
exec "$(dirname "$0")/install-pv.t" xapi
