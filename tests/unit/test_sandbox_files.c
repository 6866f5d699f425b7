/* test_sandbox_files.c - program text: files of every kind, their names in errors, require. */
#include "cmocka_wrapper.h"

#include "box.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void test_long_names(void **state)
{
    (void)state;
    char path[200] = "";
    for (size_t i = 0; i < 4; i++) {
        (void)strncat(path, "a-folder-with-a-long-name/", sizeof path - strlen(path) - 1);
        (void)mkdir(path, 0700);
    }
    (void)strncat(path, "t.lua", sizeof path - strlen(path) - 1);
    static const struct row rows[] = {
        {"\nlocal x = nil + 1", ":2: attempt to perform arithmetic on a nil value"},
        {"x = = 1", ":1: unexpected symbol near '='"},
        {"\n\nreturn io", ":3: io is not available"},
        {"error('mine')", ":1: mine"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct box *box = box_create(1000000, (size_t)64 << 20);
        write_text(path, rows[i].code);
        box_run_file(box, path);
        assert_false(box->ok);
        char wanted[400];
        (void)snprintf(wanted, sizeof wanted, "%s%s", path, rows[i].answer);
        assert_int_equal(strncmp(box->answer, wanted, strlen(wanted)), 0);
        box_destroy(box);
    }
}

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t len;
        bool ok;
        const char *answer;
    } rows[] = {
        {"", 0, true, ""},
        {"return 1", 8, true, "1"},
        {"\xef\xbb\xbfreturn 1", 11, true, "1"},
        {"#!/usr/bin/env tcpsim\nreturn x.y", 32, false, "f.lua:2: attempt to index a nil value"},
        {"#", 1, true, ""},
        {"\x1bLua\x54\0\x19\x93", 8, false, "f.lua:1: this is no text but bytecode"},
        {"return 1\n\0", 10, false, "f.lua:2: an octet of 0"},
        {"return '\xff\xfe'", 11, true, "\xff\xfe"},
        {"\xff\xd8\xff\xe0", 4, false, "f.lua:1: unexpected symbol"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct box *box = box_create(100000, (size_t)64 << 20);
        write_octets("f.lua", rows[i].octets, rows[i].len);
        box_run_file(box, "f.lua");
        assert_int_equal(box->ok, rows[i].ok);
        assert_int_equal(strncmp(box->answer, rows[i].answer, strlen(rows[i].answer)), 0);
        box_destroy(box);
    }
    struct box *box = box_create(100000, (size_t)64 << 20);
    box_run_file(box, "missing.lua");
    assert_string_equal(box->answer, "tcpsim: cannot read missing.lua: No such file or directory");
    (void)mkdir("d.lua", 0700);
    box_run_file(box, "d.lua");
    assert_string_equal(box->answer, "tcpsim: cannot read d.lua: it is a folder");
    box_run_file(box, "/dev/zero");
    assert_string_equal(box->answer, "tcpsim: cannot read /dev/zero: it is larger than 16 MiB");
    box_destroy(box);
}

static void test_large_file(void **state)
{
    (void)state;
    struct box *box = box_create(100000, (size_t)256 << 20);
    FILE *file = fopen("f.lua", "wb");
    assert_non_null(file);
    for (int i = 0; i < 10 << 10; i++) { (void)fprintf(file, "--%1021d\n", i); }
    (void)fprintf(file, "return 'read'");
    assert_int_equal(fclose(file), 0);
    box_run_file(box, "f.lua");
    assert_string_equal(box->answer, "read");
    box_destroy(box);
}

static void test_require(void **state)
{
    (void)state;
    (void)mkdir("sub", 0700);
    (void)mkdir("elsewhere", 0700);
    write_text("m.lua", "local n, p = ... count = (count or 0) + 1 return {name = n, path = p}");
    write_text("sub/deep.lua", "return 'deep'");
    write_text("elsewhere/far.lua", "return 'far'");
    write_text("elsewhere/m.lua", "return 'hidden'");
    write_text("none.lua", "x = 1");
    write_text("loop.lua", "return require 'pool'");
    write_text("pool.lua", "return require 'loop'");
    write_text("broken.lua", "\nx = = 1");
    write_text("raises.lua", "\n\nlocal x = nil .. 'a'");
    write_text("escapes.lua", "return io");
    static const char *const search[] = {"nowhere", "elsewhere/"};
    static const struct row rows[] = {
        {"local m = require 'm' return m.name, m.path, require 'm' == m, count", "m m.lua true 1"},
        {"return require 'sub.deep', require 'far', require 'none', require 'none'",
         "deep far true true"},
        {"return pcall(require, 'loop')",
         "false pool.lua:1: require: module \"loop\" requires itself, perhaps through another"},
        {"pcall(require, 'raises') return pcall(require, 'raises')",
         "false raises.lua:3: attempt to concatenate a nil value"},
    };
    static const struct row wrong[] = {
        {"require 'gone'", "t.lua:1: require: there is no module \"gone\": not as gone.lua, "
                           "nowhere/gone.lua, elsewhere/gone.lua, and none is built in"},
        {"require '../m'", "t.lua:1: require: a module's name is words"},
        {"require '..m'", "t.lua:1: require: a module's name is words"},
        {"require 'a..b'", "t.lua:1: require: a module's name is words"},
        {"require 'm.'", "t.lua:1: require: a module's name is words"},
        {"require ''", "t.lua:1: require: a module's name is words"},
        {"require '/etc/passwd'", "t.lua:1: require: a module's name is words"},
        {"require 'm\\0'", "t.lua:1: require: a module's name is words"},
        {"require 'broken'", "broken.lua:2: unexpected symbol near '='"},
        {"require 'raises'", "raises.lua:3: attempt to concatenate"},
        {"require 'escapes'", "escapes.lua:1: io is not available"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows) + ARRAY_LEN(wrong); i++) {
        const bool ok = i < ARRAY_LEN(rows);
        const struct row *row = ok ? &rows[i] : &wrong[i - ARRAY_LEN(rows)];
        struct box *box = box_create(1000000, (size_t)64 << 20);
        box->scenario.config.search = search;
        box->scenario.config.search_count = ARRAY_LEN(search);
        box_run(box, row->code);
        if (box->ok != ok || strncmp(box->answer, row->answer, strlen(row->answer)) != 0) {
            fail_msg("%s\n  gives    %s\n  expected %s", row->code, box->answer, row->answer);
        }
        box_destroy(box);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_large_file),
        cmocka_unit_test(test_require),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
