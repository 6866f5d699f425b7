/* fuzz_pattern.c - a segment pattern of any text is read without harm; an error names a column
 * within it; and the text of its options reads back to the same text. */
#include "../../sim/trace/pattern.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_options(const struct pattern *pattern)
{
    char text[700] = "S <";
    char again[512];
    char error[200];
    unsigned column = 0;
    struct pattern reread;
    const size_t len =
        pattern_format_options(pattern->options, pattern->options_len, text + 3, 512);
    assert(len < 512);
    text[3 + len] = '>';
    assert(pattern_parse(text, len + 4, false, &reread, error, sizeof error, &column));
    assert(pattern_format_options(reread.options, reread.options_len, again, 512) == len);
    assert(memcmp(again, text + 3, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pattern pattern;
    char error[200] = "";
    unsigned column = 0;
    const bool with_ends = size > 0 && data[0] % 2 == 0;
    if (pattern_parse((const char *)data, size, with_ends, &pattern, error, sizeof error,
                      &column)) {
        assert(memchr(pattern.from, '\0', sizeof pattern.from) != NULL);
        assert(pattern.options_len <= sizeof pattern.options);
        check_options(&pattern);
    } else {
        assert(error[0] != '\0');
        assert(column >= 1 && column <= size + 1);
    }
    return 0;
}
