#!/bin/bash
exec "$(dirname "$0")/layouts.t" pvh
