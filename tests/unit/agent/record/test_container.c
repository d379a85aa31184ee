/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_container.c - the paths that container managers make, and what only looks like one. */
#include "record/container.h"
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "1b4db7eb-4057-5ddf-91e0-36dec72071f5"
#define POD_ "1b4db7eb_4057_5ddf_91e0_36dec72071f5"

static const struct {
	const char *path, *runtime, *id, *pod;
} cases[] = {
	/* Kubernetes, systemd driver: containerd, CRI-O; a guaranteed pod has no class */
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice/cri-containerd-" ID ".scope",
	  "containerd", ID, POD },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope", "cri-o", ID, POD },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope/container", "cri-o", ID, POD },
	/* cgroupfs driver */
	{ "/kubepods/besteffort/pod" POD "/" ID, NULL, ID, POD },
	{ "/kubepods/pod" POD "/" ID, NULL, ID, POD },
	{ "/kubepods/burstable/pod" POD "/crio-" ID, "cri-o", ID, POD },
	/* containerd with the drivers mixed */
	{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_ ".slice:cri-containerd:" ID, "containerd", ID,
	  POD },
	/* docker and podman, both drivers; rootless */
	{ "/system.slice/docker-" ID ".scope", "docker", ID, "" },
	{ "/docker/" ID, "docker", ID, "" },
	{ "/machine.slice/libpod-" ID ".scope/container", "podman", ID, "" },
	{ "/libpod_parent/libpod-" ID, "podman", ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container", "podman", ID, "" },
	/* kind: Kubernetes in a container of docker; the innermost container is the loader's */
	{ "/system.slice/docker-" ID ".scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	  "kubelet-kubepods-besteffort-pod" POD_ ".slice/cri-containerd-" ID2 ".scope",
	  "containerd", ID2, POD },
	{ "/docker/" ID "/docker/" ID2, "docker", ID2, "" },
	/* the beginning was cut off */
	{ ".../pod" POD "/" ID, NULL, ID, POD },
	/* none */
	{ "", NULL, "", "" },
	{ "/", NULL, "", "" },
	{ "/system.slice/cilium.service", NULL, "", "" },
	{ "/system.slice/docker.service", NULL, "", "" },
	{ "/docker", NULL, "", "" },
	{ "/dockers/" ID, NULL, "", "" },
	{ "/x/" ID, NULL, "", "" },
	{ "/docker/" ID "0", NULL, "", "" },
	{ "/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", NULL, "", "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", NULL, "", "" },
	{ "/kubepods/podcast/"
	  "x",
	  NULL, "", "" },
	{ "/kubepods.slice/kubepods-pod1b4db7eb_4057_5ddf_91e0_36dec72071f5x.slice", NULL, "", "" },
};

static void test_classes(void **state)
{
	static const struct {
		const char *path, *class;
	} classes[] = {
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice/cri-containerd-" ID
		  ".scope",
		  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod*.slice/cri-containerd-*.scope" },
		{ "/kubepods/besteffort/pod" POD "/" ID, "/kubepods/besteffort/pod*/*" },
		{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_ ".slice:cri-containerd:" ID,
		  "/system.slice/containerd.service/kubepods-burstable-pod*.slice:cri-containerd:*" },
		{ "/docker/" ID "/docker/" ID2, "/docker/*/docker/*" },
		{ "/machine.slice/libpod-" ID ".scope/container", "/machine.slice/libpod-*.scope/container" },
		{ "/libpod-" ID ".scope", "/libpod-*.scope" },
		{ "/system.slice/cilium.service", "" },
		{ "/", "" },
		{ "", "" },
		{ "/docker/*/docker/" ID, "" }, /* who could tell the two apart? */
	};
	char class[200];

	(void)state;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		assert_int_equal(kfg_container_class(classes[i].path, class, sizeof(class)), !!classes[i].class[0]);
		if (classes[i].class[0])
			assert_string_equal(class, classes[i].class);
	}
	assert_false(kfg_container_class("/docker/" ID, class, 72));
	assert_true(kfg_container_class("/docker/" ID, class, 73));
}

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kfg_container c;

		print_message("%s\n", cases[i].path);
		kfg_container_parse(cases[i].path, &c);
		assert_string_equal(c.id, cases[i].id);
		assert_string_equal(c.pod_uid, cases[i].pod);
		assert_string_equal(c.runtime ? c.runtime : "", cases[i].runtime ? cases[i].runtime : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_paths), cmocka_unit_test(test_classes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
