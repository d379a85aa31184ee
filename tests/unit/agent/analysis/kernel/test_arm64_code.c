/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_arm64_code.c - instructions as an assembler (binutils 2.40) writes them, and what is known after them. */
#include "analysis/btf/btf.h"
#include "analysis/kernel/arm64_relocate.h"
#include "analysis/kernel/arm64_code.h"
#include "analysis/kernel/arm64_image.h"

#include "cmocka_all.h"

#include <errno.h>
#include <string.h>

#define BASE 0xffff800080000000u

struct end {
	struct kfg_arm64_registers regs; /* before the last instruction */
	uint64_t target;
};

static bool step(void *arg, const struct kfg_arm64_registers *regs, uint32_t insn, uint64_t addr)
{
	struct end *end = arg;

	end->regs = *regs;
	end->target = kfg_arm64_target(insn, addr);
	return true;
}

#define RUN(...) run((const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }))
static struct end run(const uint32_t *code, size_t size)
{
	struct kfg_image_part part = { .data = (const uint8_t *)code, .addr = BASE, .size = size, .code = true };
	const struct kfg_image image = { .parts = &part, .n_parts = 1, .arm64 = true };
	struct end end = { .target = 0 };

	kfg_arm64_follow(&image, &part, step, &end);
	return end;
}

#define NOP 0xd503201fu
#define RET 0xd65f03c0u

static void expect(const struct end *end, unsigned reg, uint64_t value)
{
	assert_true(kfg_arm64_knows(&end->regs, reg));
	assert_int_equal(end->regs.value[reg], value);
}

static void test_addresses(void **state)
{
	struct end e;

	(void)state;
	/* adrp x1, +2 pages; add x1, x1, #0x3f8; mov x19, x1; mov w0, #26; bl +0 */
	e = RUN(0xd0000001, 0x910fe021, 0xaa0103f3, 0x52800340, 0x94000000);
	expect(&e, 1, BASE + 0x23f8);
	expect(&e, 19, BASE + 0x23f8);
	expect(&e, 0, 26);
	assert_int_equal(e.target, BASE + 16);
	/* adr x2, -4; b -4 */
	e = RUN(0x10ffffe2, 0x17ffffff);
	expect(&e, 2, BASE - 4);
	assert_int_equal(e.target, BASE);
	/* adr x3, +12; ldr x4, [x3]; nop; the word that is there */
	e = RUN(0x10000063, 0xf9400064, NOP, 0x89abcdef, 0x01234567, NOP);
	expect(&e, 4, 0x0123456789abcdef);
}

static void test_forgotten(void **state)
{
	struct end e;

	(void)state;
	/* after a call, arguments are gone, and what must be kept is not */
	e = RUN(0x52800340, 0x52800353, 0x94000100, NOP);
	assert_false(kfg_arm64_knows(&e.regs, 0));
	expect(&e, 19, 26);
	/* what is loaded, computed or extended is not known: ldr w0, [sp]; lsl; sxtw */
	e = RUN(0x52800340, 0xb94003e0, NOP);
	assert_false(kfg_arm64_knows(&e.regs, 0));
	e = RUN(0x52800340, 0x53181c00, NOP);
	assert_false(kfg_arm64_knows(&e.regs, 0));
	/* ldp x0, x1, [sp] */
	e = RUN(0x52800340, 0x52800341, 0xa94007e0, NOP);
	assert_int_equal(e.regs.known & 3, 0);
	/* a function begins */
	e = RUN(0x52800353, RET, 0xd503233f, NOP);
	assert_int_equal(e.regs.known, 0);
}

static void test_jumps(void **state)
{
	struct end e;

	(void)state;
	/* cbnz w0, +8; here it is 0 */
	e = RUN(0x35000040, NOP, NOP);
	assert_false(kfg_arm64_knows(&e.regs, 0)); /* but not where both ways meet */
	e = RUN(0x35000060, NOP, NOP);
	expect(&e, 0, 0);
	/* mov w0, #26; cbz w1, +12; mov w0, #3; ret; there it is 26 still, and w1 is 0 */
	e = RUN(0x52800340, 0x34000061, 0x52800060, RET, NOP);
	expect(&e, 0, 26);
	expect(&e, 1, 0);
	/* the same without ret: two ways, two numbers */
	e = RUN(0x52800340, 0x34000061, 0x52800060, NOP, NOP);
	assert_false(kfg_arm64_knows(&e.regs, 0));
	/* behind a jump, from nowhere */
	e = RUN(0x52800340, 0x14000100, NOP);
	assert_false(kfg_arm64_knows(&e.regs, 0));
}

static void test_relocations(void **state)
{
	uint32_t code[] = { 0x90000001, 0x91000021, 0x94000000, 0x14000000 };
	struct end e;
	uint64_t word = 0;

	(void)state;
	assert_true(kfg_arm64_relocate(R_AARCH64_ADR_PREL_PG_HI21, (uint8_t *)&code[0], 4, BASE, BASE + 0x12345678));
	assert_true(kfg_arm64_relocate(R_AARCH64_ADD_ABS_LO12_NC, (uint8_t *)&code[1], 4, BASE + 4, BASE + 0x12345678));
	assert_true(kfg_arm64_relocate(R_AARCH64_CALL26, (uint8_t *)&code[2], 4, BASE + 8, BASE - 0x1000));
	e = run(code, 12);
	expect(&e, 1, BASE + 0x12345678);
	assert_int_equal(e.target, BASE - 0x1000);
	assert_true(kfg_arm64_relocate(R_AARCH64_JUMP26, (uint8_t *)&code[3], 4, BASE + 12, BASE + 0x4000));
	assert_int_equal(kfg_arm64_target(code[3], BASE + 12), BASE + 0x4000);
	assert_true(kfg_arm64_relocate(R_AARCH64_ABS64, (uint8_t *)&word, 8, 0, BASE));
	assert_int_equal(word, BASE);
	assert_false(kfg_arm64_relocate(R_AARCH64_ABS64, (uint8_t *)&word, 7, 0, 1));
	assert_false(kfg_arm64_relocate(R_AARCH64_CALL26, (uint8_t *)&word, 3, 0, 1));
	assert_false(kfg_arm64_relocate(R_AARCH64_TLSDESC, (uint8_t *)&word, 8, 0, 1));
	assert_int_equal(word, BASE);
}

static void test_zboot(void **state)
{
	uint8_t image[80] = { 'M', 'Z', 0, 0, 'z', 'i', 'm', 'g', 64, 0, 0, 0, 16 };
	const uint8_t *payload;
	size_t size, offset;

	(void)state;
	assert_true(kfg_zboot_is(image, sizeof(image)));
	assert_false(kfg_zboot_is(image, 63));
	assert_int_equal(kfg_zboot_open(image, sizeof(image), &payload, &size, &offset), 0);
	assert_ptr_equal(payload, image + 64);
	assert_int_equal(size, 16);
	image[12] = 17;
	assert_int_equal(kfg_zboot_open(image, sizeof(image), &payload, &size, &offset), -EBADMSG);
	assert_int_equal(offset, 12);
	image[8] = 81;
	assert_int_equal(kfg_zboot_open(image, sizeof(image), &payload, &size, &offset), -EBADMSG);
	assert_int_equal(offset, 8);
}

/* Whatever stands behind the magic: no BTF, no kernel. */
static void test_no_image(void **state)
{
	uint8_t image[4096] = { 0 };
	const uint8_t *btf;
	struct kfg_image out;
	size_t size;

	(void)state;
	assert_false(kfg_arm64_image_is(image, sizeof(image)));
	memcpy(image + 0x38, "ARM\x64", 4);
	assert_true(kfg_arm64_image_is(image, sizeof(image)));
	assert_false(kfg_arm64_image_is(image, 63));
	memset(image + 64, 0x9f, 64);
	assert_int_equal(kfg_arm64_image_open(image, sizeof(image), &out, &btf, &size), -EBADMSG);
}

#define IMAGE_BASE (-(1ull << 47) + (2ull << 30)) /* 48 bits of addresses, as Debian's kernels since 6.5 */
#define BTF_AT 0x100u
#define RELA_AT 0x1000u
#define POINTERS_AT 0x4000u

/* A kernel whose pointers are zeros, and the table that says what belongs there; the last leads outside. */
static void put_relocations(uint8_t *image, size_t n, uint64_t ids)
{
	struct kfg_btf_header btf = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(btf) };

	btf.type_len = btf.str_off = 4;
	btf.str_len = 64;
	memcpy(image + BTF_AT, &btf, sizeof(btf));
	for (size_t i = 0; i < n; i++) {
		Elf64_Rela rela = { .r_offset = IMAGE_BASE + POINTERS_AT + 8 * i,
				    .r_info = ELF64_R_INFO(0, R_AARCH64_RELATIVE),
				    .r_addend = (int64_t)(IMAGE_BASE + ids + 4 * i) };

		if (i + 1 == n)
			rela.r_offset = IMAGE_BASE + 0x8000 - 7;
		memcpy(image + RELA_AT + i * sizeof(rela), &rela, sizeof(rela));
	}
}

static void test_relocated(void **state)
{
	static uint8_t image[0x8000];
	const uint64_t ids = BTF_AT + sizeof(struct kfg_btf_header) + 4 + 64;
	const uint8_t *btf;
	struct kfg_image out;
	size_t size;
	uint64_t word;

	(void)state;
	put_relocations(image, 65, ids);
	assert_int_equal(kfg_arm64_image_open(image, sizeof(image), &out, &btf, &size), 0);
	assert_ptr_equal(btf, image + BTF_AT);
	assert_int_equal(out.parts[0].addr, IMAGE_BASE);
	for (size_t i = 0; i < 64; i++) {
		memcpy(&word, out.parts[0].data + POINTERS_AT + 8 * i, sizeof(word));
		assert_int_equal(word, IMAGE_BASE + ids + 4 * i);
	}
	for (size_t i = 0; i < 65 * sizeof(Elf64_Rela); i++)
		assert_int_equal(out.parts[0].data[RELA_AT + i], 0); /* pointers in the table are no kernel's */
	assert_int_equal(image[POINTERS_AT + 7], 0); /* the kernel's own bytes are not written */
	kfg_image_done(&out);

	memset(image + RELA_AT + 63 * sizeof(Elf64_Rela), 0, 2 * sizeof(Elf64_Rela)); /* 63 in a row are chance */
	assert_int_equal(kfg_arm64_image_open(image, sizeof(image), &out, &btf, &size), 0);
	assert_null(out.memory);
	kfg_image_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),   cmocka_unit_test(test_forgotten), cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_relocations), cmocka_unit_test(test_zboot),     cmocka_unit_test(test_no_image),
		cmocka_unit_test(test_relocated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
