/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka_all.h - cmocka.h with what it wants before it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
