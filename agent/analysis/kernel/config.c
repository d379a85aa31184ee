/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config.c - the lines of a kernel's configuration that matter to BPF programs. */
#include "analysis/kernel/config.h"

#include <stdbool.h>
#include <string.h>

#define VALUE_MAX 256u

/*
 * Whether kfuncs can be called at all (JIT), BTF be read, programs be traced and refused, exceptions be thrown (the
 * unwinder decides, kernel/bpf/helpers.c, bpf_throw()), and whole sets of kfuncs be there.
 */
static const char *const options[] = {
	"CONFIG_BPF_SYSCALL",
	"CONFIG_BPF_JIT",
	"CONFIG_BPF_JIT_ALWAYS_ON",
	"CONFIG_BPF_LSM",
	"CONFIG_LSM",
	"CONFIG_DEBUG_INFO_BTF",
	"CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_UNWINDER_ORC",
	"CONFIG_UNWINDER_FRAME_POINTER",
	"CONFIG_FUNCTION_TRACER",
	"CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
	"CONFIG_FUNCTION_ERROR_INJECTION",
	"CONFIG_SCHED_CLASS_EXT",
	"CONFIG_HID_BPF",
	"CONFIG_NET_SCH_BPF",
	"CONFIG_BPF_UNPRIV_DEFAULT_OFF",
	"CONFIG_FS_VERITY",
	"CONFIG_CC_IS_CLANG",
};

/* The value in a line that sets the option; NULL: it does not. */
static const char *value_of(const char *line, size_t len, const char *option, size_t *ret_len)
{
	size_t n = strlen(option);

	if (len <= n + 1 || memcmp(line, option, n) != 0 || line[n] != '=')
		return NULL;
	*ret_len = len - n - 1 < VALUE_MAX ? len - n - 1 : VALUE_MAX;
	return line + n + 1;
}

static bool is_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static void pick_one(const char *text, size_t size, const char *option, struct kfg_strbuf *out)
{
	const char *end = text + size;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((stop ? stop : end) - text), n;
		const char *value = value_of(text, len, option, &n);

		if (value && is_printable(value, n)) {
			kfg_strbuf_printf(out, "%s=%.*s\n", option, (int)n, value);
			return;
		}
		text += len + 1;
	}
	kfg_strbuf_printf(out, "%s=n\n", option);
}

void kfg_kernel_config_pick(const char *text, size_t size, struct kfg_strbuf *out)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		pick_one(text, size, options[i], out);
}
