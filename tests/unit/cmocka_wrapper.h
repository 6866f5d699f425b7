/* cmocka_wrapper.h - cmocka with the headers that it needs before it, in the order it needs them.
 */
#ifndef TCPSIM_TESTS_CMOCKA_WRAPPER_H
#define TCPSIM_TESTS_CMOCKA_WRAPPER_H
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#endif
