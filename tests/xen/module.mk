# tests of tests/xen
