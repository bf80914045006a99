#!/bin/bash
exec "$(dirname "$0")/agent.t" O
