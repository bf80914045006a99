# tests of tests/daemon
