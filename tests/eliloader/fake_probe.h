/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_probe - what a program in the room of eliloader-disk must not be able to do.
 * Says in one line on stderr how many ways are closed, or which one is open, and ends.
 */
#pragma once

__attribute__((noreturn)) void probe(void);
