/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"

#include "analysis/scan/frame.h"

static const struct kfg_value fp = { KFG_VALUE_STACK, 0, 0 };

static void put(struct kfg_frame *frame, int32_t offset, uint32_t size, struct kfg_value value)
{
	struct kfg_frame_slot slot = { .size = size, .value = value };

	kfg_frame_store(frame, fp, offset, &slot);
}

static bool holds(const struct kfg_frame *frame, int32_t offset, uint32_t size, uint64_t number)
{
	struct kfg_value v = kfg_frame_load(frame, fp, offset, size);

	return kfg_value_is_number(v) && v.low == number;
}

static void test_slots(void **state)
{
	struct kfg_frame frame;

	(void)state;
	kfg_frame_init(&frame);
	put(&frame, -8, 8, kfg_value_number(0x1122334455667788));
	assert_true(holds(&frame, -8, 8, 0x1122334455667788));
	assert_true(holds(&frame, -8, 4, 0x55667788));
	assert_false(holds(&frame, -4, 4, 0x11223344)); /* a part in the middle is not looked for */
	put(&frame, -5, 1, kfg_value_number(3));
	assert_true(holds(&frame, -5, 1, 3));
	assert_false(holds(&frame, -8, 8, 0x1122334455667788));
	/* beyond the stack */
	put(&frame, 8, 8, kfg_value_number(1));
	put(&frame, -520, 8, kfg_value_number(1));
	assert_int_equal(frame.n_slots, 1);
}

static void test_room(void **state)
{
	struct kfg_frame frame;

	(void)state;
	kfg_frame_init(&frame);
	for (int i = 1; i <= 2 * KFG_FRAME_SLOTS; i++)
		put(&frame, -8 * i, 8, kfg_value_number((uint64_t)i));
	assert_int_equal(frame.n_slots, KFG_FRAME_SLOTS);
	assert_true(holds(&frame, -8 * 2 * KFG_FRAME_SLOTS, 8, 2 * KFG_FRAME_SLOTS));
}

/* What a call may write: its argument's place and above. */
static void test_call(void **state)
{
	struct kfg_frame frame;

	(void)state;
	kfg_frame_init(&frame);
	put(&frame, -8, 8, kfg_value_number(1));
	put(&frame, -32, 8, kfg_value_number(2));
	kfg_frame_set(&frame, BPF_REG_6, kfg_value_number(6));
	kfg_frame_set(&frame, BPF_REG_2, (struct kfg_value){ KFG_VALUE_STACK, 0, (uint64_t)-16 });
	kfg_frame_call(&frame);
	assert_false(holds(&frame, -8, 8, 1));
	assert_true(holds(&frame, -32, 8, 2));
	assert_int_equal(kfg_frame_get(&frame, BPF_REG_6).low, 6);
	assert_true(kfg_value_is_any(kfg_frame_get(&frame, BPF_REG_2)));
	/* a pointer in the stack leads anywhere in it */
	put(&frame, -16, 8, fp);
	kfg_frame_set(&frame, BPF_REG_1, (struct kfg_value){ KFG_VALUE_STACK, 0, (uint64_t)-16 });
	kfg_frame_call(&frame);
	assert_int_equal(frame.n_slots, 0);
}

/* A pointer into the stack that was forgotten may be anywhere: writing through anything may hit it. */
static void test_stray(void **state)
{
	struct kfg_frame frame;
	struct kfg_frame_slot one = { .size = 8, .value = kfg_value_number(1) };

	(void)state;
	kfg_frame_init(&frame);
	put(&frame, -8, 8, kfg_value_number(1));
	kfg_frame_store(&frame, KFG_VALUE_ANY, 0, &one);
	assert_true(holds(&frame, -8, 8, 1));
	put(&frame, -16, 8, fp);
	put(&frame, -16, 4, kfg_value_number(0));
	assert_true(frame.stray);
	kfg_frame_store(&frame, KFG_VALUE_ANY, 0, &one);
	assert_int_equal(frame.n_slots, 0);
}

static void test_join(void **state)
{
	struct kfg_frame a, b;

	(void)state;
	kfg_frame_init(&a);
	put(&a, -8, 8, kfg_value_number(1));
	put(&a, -16, 8, kfg_value_number(2));
	kfg_frame_set(&a, BPF_REG_6, kfg_value_number(6));
	b = a;
	assert_false(kfg_frame_join(&a, &b, false));
	put(&b, -16, 8, KFG_VALUE_ANY);
	kfg_frame_set(&b, BPF_REG_6, kfg_value_number(7));
	assert_true(kfg_frame_join(&a, &b, false));
	assert_true(holds(&a, -8, 8, 1));
	assert_int_equal(a.n_slots, 1);
	assert_int_equal(kfg_frame_get(&a, BPF_REG_6).high, 7);
	assert_false(kfg_frame_join(&a, &b, false));
	/* the other one knows of a pointer that this one does not */
	put(&b, -24, 8, fp);
	assert_true(kfg_frame_join(&a, &b, false));
	assert_true(a.stray);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots), cmocka_unit_test(test_room), cmocka_unit_test(test_call),
		cmocka_unit_test(test_stray), cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
