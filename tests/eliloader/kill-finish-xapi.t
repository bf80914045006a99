#!/bin/bash
exec "$(dirname "$0")/kill.t" xapi finish
