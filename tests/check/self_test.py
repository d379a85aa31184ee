#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks see what they are for: faults are planted in text that is never written to the tree."""

import os
import struct
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import bans
import bpf_relocations
import bpf_static
import cases
import circles
import create
import exit_codes
import layout
import metrics
import mutate
import names
import packaging
import rooms
import sizes
import spdx
import surface

LICENSED = "/* SPDX-License-Identifier: GPL-2.0-or-later */\n"


def found(check, path, text):
    return [what for _, what in check.find(path, text)]


class Bans(unittest.TestCase):
    def test_calls(self):
        for call in ("strcpy(a, b)", "sprintf(a, b)", "atoi(s)", "gets (s)", "bpf_map_update_elem(f)",
                     "bpf_map__fd(m)", "sd_journal_sendv(v, n)", "fprintf(stderr, s)", "perror(s)", "exit(1)",
                     "s->maps[i].map"):
            self.assertTrue(found(bans, "agent/gate/daemon/x.c", f"\t{call};\n"), call)
        for call in ("printf(s)", "getenv(s)", "libbpf_get_error(p)"):
            self.assertTrue(found(bans, "policy/x.c", f"\t{call};\n"), call)

    def test_filtered_calls(self):
        for call in ("syscall(SYS_openat2, f, s, &how, n)", "unshare(CLONE_NEWNS)", "syscall(__NR_clone3, a, n)"):
            self.assertTrue(found(bans, "agent/base/x.c", f"\t{call};\n"), call)
            self.assertEqual(found(bans, "tests/attack/x.c", f"\t{call};\n"), [], call)
        self.assertEqual(found(bans, "agent/gate/x.c", "\tmount_of(fd);\n"), [])

    def test_not_calls(self):
        for text in ("/* strcpy(a, b) */", "s = \"atoi(s)\";", "snprintf(a, n, f);", "my_exit(1);", "// gets(s)"):
            self.assertEqual(found(bans, "agent/gate/daemon/x.c", text + "\n"), [], text)

    def test_exceptions(self):
        self.assertEqual(found(bans, "agent/base/log.c", "fprintf(stderr, s);\n"), [])
        self.assertEqual(found(bans, "agent/history/journal.c", "sd_journal_next(j);\n"), [])
        self.assertEqual(found(bans, "agent/gate/enforce/mapset.c", "bpf_map_update_elem(f);\n"), [])
        self.assertEqual(found(bans, "tests/tools/x.c", "exit(1);\n"), [])

    def test_text_begins(self):
        for code in ("strncmp(a, b, strlen(b)) == 0", "!strncmp(f(a), B, strlen(B))"):
            self.assertTrue(found(bans, "agent/cli/x.c", f"\tif ({code})\n"), code)
        self.assertEqual(found(bans, "agent/cli/x.c", "\tif (strncmp(a, b, n) == 0)\n"), [])

    def test_homes(self):
        for path in ("/ho" + "me/jane/linux", "/Us" + "ers/jane"):
            self.assertTrue(found(bans, "tests/golden/explain/cases/x.txt", f"make: [{path}]\n"), path)
        self.assertEqual(found(bans, "tests/x.txt", "/home/eve/.local/bin/probe\n"), [])

    def test_everywhere(self):
        for text in ("# TO" + "DO: more", "make |" + "| true", "http://deb.deb" + "ian.org/debian"):
            self.assertTrue(found(bans, "tests/x.sh", text + "\n"), text)


class ExitCodes(unittest.TestCase):
    TREE = {
        exit_codes.HEADER: "KFG_EXIT_OK = 0, KFG_EXIT_FAILURE = 1, KFG_EXIT_REFUSED = 3, KFG_EXIT_NOT_RUNNING = 3,",
        exit_codes.TABLE: ".Sh EXIT STATUS\n.Bl\n.It 0\nGood.\n.It 1\nBad.\n.It 3\n.Cm ask , scan :\nno.\n.El\n.Sh X\n",
        "packaging/man/kfgate-ask.8": ".Sh EXIT STATUS\n0, or 3 if not; 1 else.\n.Sh X\n2\n",
        "packaging/man/kfgate-scan.8": ".Sh EXIT STATUS\n.It 0\nYes.\n.It 3\nNo.\n.Sh X\n",
        "agent/cli/cmd_ask.c": '#include "cli/help.h"\nreturn 0; /* KFG_EXIT_BAD */',
        "agent/cli/help.c": "return KFG_EXIT_NOT_RUNNING;",
        "agent/cli/cmd_scan.c": "return bad ? KFG_EXIT_REFUSED : KFG_EXIT_OK;",
    }

    def found(self, path=None, old="", new=""):
        tree_ = dict(self.TREE)
        if path:
            assert old in tree_[path]
            tree_[path] = tree_[path].replace(old, new)
        return list(exit_codes.find(tree_.get, {"ask", "scan"}))

    def test_agree(self):
        self.assertEqual(self.found(), [])

    def test_differ(self):
        for change in ((exit_codes.HEADER, "KFG_EXIT_OK", "KFG_EXIT_NEW = 4, KFG_EXIT_OK"),
                       (exit_codes.TABLE, "ask , scan", "ask"), (exit_codes.TABLE, "ask , scan", "ask , scan , x"),
                       (exit_codes.TABLE, "1\nBad", "1\nBad.\n.It 2\n.Cm scan :\nperhaps"),
                       ("packaging/man/kfgate-ask.8", "3", "2"), ("packaging/man/kfgate-ask.8", "EXIT STATUS", "Y"),
                       ("packaging/man/kfgate-scan.8", "3", "4"), ("agent/cli/help.c", "KFG_EXIT_NOT_RUNNING", "0"),
                       ("agent/cli/cmd_scan.c", "KFG_EXIT_REFUSED", "1")):
            self.assertTrue(self.found(*change), change)


class Create(unittest.TestCase):
    def test_elsewhere(self):
        for call in ("fd = bpf_map_create(t, n, 4, 4, 1, o)", "r = kfgate__load(s)", "bpf_program__attach_lsm(p)",
                     "bpf_prog_load (t)", "syscall(__NR_bpf, 0, a, s)", "guard__open_and_load()", "bpf_map_freeze(m)"):
            self.assertTrue(found(create, "agent/gate/enforce/x.c", f"\t{call};\n"), call)

    def test_fine(self):
        for text in ("btf__load_vmlinux_btf();", "/* bpf_map_create() */", "kfg_create_array(n, 1, 1, 0);",
                     "bpf_map_update_elem(m, k, v, 0);"):
            self.assertEqual(found(create, "agent/gate/enforce/x.c", text + "\n"), [], text)
        self.assertEqual(found(create, "agent/gate/enforce/create.c", "bpf_map_freeze(m);\n"), [])
        self.assertEqual(found(create, "tests/attack/x.c", "bpf_map_freeze(m);\n"), [])


class Surface(unittest.TestCase):
    ROW = "\t".join(("hook", "bpf_prog", "verdicts", "root", "the guard", "guard/x"))

    def faults(self, table, found):
        return [what for _, what in surface.faults(table, found, lambda test: test == "guard/x")]

    def test_things(self):
        text = ('SEC("?lsm.s/bpf_prog")\nint BPF_PROG(kfgate_prog, struct bpf_prog *prog)\n'
                'SEC("syscall")\nint kfgate_file(void *q)\nstruct {\n} kfg_new SEC(".maps");\n'
                'struct kfg_knobs kfg_knobs = { .a = 1 };\nconst volatile __u32 kfg_flag;\nstruct btf;\n')
        self.assertEqual(set(surface.things("bpf/x.bpf.h", text)),
                         {("hook", "bpf_prog"), ("program", "kfgate_file"), ("map", "kfg_new"),
                          ("variable", "kfg_knobs"), ("variable", "kfg_flag")})
        text = 'int f = open("/proc/self/new", 0);\n/* "/etc/no" */\n#define KFG_PIN_NEW "new_"\n'
        self.assertEqual(set(surface.things("agent/gate/x.c", text)),
                         {("path", "/proc/self/new"), ("opener", "agent/gate/x.c"), ("pin", "new_")})
        self.assertEqual(set(surface.things("agent/analysis/x.c", text)), set())

    def test_table(self):
        self.assertEqual(self.faults(self.ROW, {("hook", "bpf_prog")}), [])
        self.assertTrue(self.faults(self.ROW, {("hook", "bpf_prog"), ("map", "kfg_new")}))
        self.assertTrue(self.faults(self.ROW, set()))
        self.assertTrue(self.faults(self.ROW + "\n" + self.ROW, {("hook", "bpf_prog")}))
        self.assertTrue(self.faults(self.ROW.replace("guard/x", "guard/y"), {("hook", "bpf_prog")}))
        self.assertTrue(self.faults(self.ROW.replace("root", ""), {("hook", "bpf_prog")}))


class Cases(unittest.TestCase):
    HEADER = "# SPDX\n# What it is\n# kernels: 6.1 newest\n# tier: bare\n. /t/lib.sh\n"

    def faults(self, text, path="tests/vm/cases/load/x.sh"):
        return found(cases, path, text)

    def test_fine(self):
        text = self.HEADER + 'check "it is so" f true\ncheck_none "x" y bpftool prog\nsleep 9 # of nothing\nfinish\n'
        text = text.replace("finish", "case $KFGATE_VM_KERNEL in\n6.*) f ;;\n*) g ;;\nesac\nfinish")
        self.assertEqual(self.faults(text), [])

    def test_faults(self):
        for line in ('check "x" true', 'check "x" :', 'expect_fail "x" false', "sleep 3",
                     "expect_fail \"x\" sh -c 'a | grep b'", '[ "$KFGATE_VM_KERNEL" != 7.3 ] || f',
                     '[ "$KFGATE_VM_KERNEL" = newest ] && f', "case $KFGATE_VM_KERNEL in\n6.1) f ;;\n7.*) g ;;\nesac"):
            self.assertTrue(self.faults(self.HEADER + line + "\nfinish\n"), line)
        self.assertTrue(self.faults(self.HEADER + 'check "x" f\n'))
        for path in ("x.sh", "load/01-x.sh", "load/x/y.sh"):
            self.assertTrue(self.faults(self.HEADER + "finish\n", "tests/vm/cases/" + path), path)
        for old, new in (("6.1", "6.0"), ("bare", "bear"), ("# tier: bare\n", ""), ("# What it is", "# module: x")):
            self.assertTrue(self.faults(self.HEADER.replace(old, new) + "finish\n"), new)


class Layout(unittest.TestCase):
    def test_faults(self):
        for text in ("int a; \n", "\tint a;\t\n", "    int a;\n", "int a;", "int a;\n\n", "\t" * 16 + "\n",
                     "x" * 121 + "\n"):
            self.assertTrue(found(layout, "agent/x.c", text), repr(text))

    def test_fine(self):
        self.assertEqual(found(layout, "agent/x.c", "/*\n * a\n */\n\tint a;\n\t      + b;\n"), [])
        self.assertEqual(found(layout, "x.sh", "cat <<-E\n\t  a\n    b\n\tE\ncd\n"), [])
        self.assertTrue(found(layout, "x.sh", "cat <<-E\n\tE\n    cd\n"))


class Metrics(unittest.TestCase):
    EXPORTED = metrics.exported('# TYPE kfgate_up gauge\nkfgate_up 1\nkfgate_info{mode="audit",policy="x"} 1\n')

    def test_fine(self):
        for expr in ("kfgate_up == 0", 'sum by (mode) (kfgate_info{policy=~"x",instance="y"})',
                     'count(kfgate_up{job="k"} == 0) or vector(0)'):
            self.assertEqual(list(metrics.faults(expr, self.EXPORTED)), [], expr)

    def test_faults(self):
        for expr in ("kfgate_upp == 0", "up == 0", 'kfgate_up{mode="x"}', "sum by (host) (kfgate_info)"):
            self.assertTrue(list(metrics.faults(expr, self.EXPORTED)), expr)

    def test_queries(self):
        text = "    - alert: a\n      expr: kfgate_a > 0\n    - alert: b\n      expr: >-\n        kfgate_b\n"
        text += "        + 1\n"
        self.assertEqual([q for _, q in metrics.alert_queries(text)], ["kfgate_a > 0", "kfgate_b + 1"])


class Mutate(unittest.TestCase):
    def test_mutants(self):
        text = "#if A == 1\n#ifdef __bpf__\nx = a < b;\n#else\n\tif (a <= b && !c) /* a == b */\n#endif\n\treturn 1;\n"
        self.assertEqual([(m.line + 1, m.new) for m in mutate.mutants_of("x.c", text)],
                         [(5, " < "), (5, " || "), (5, ""), (7, "0")])


class Packaging(unittest.TestCase):
    FILES = {
        "CMakeLists.txt": "project(kfgate VERSION 1.2 LANGUAGES C)\n",
        "packaging/kfgate.spec": "Name: kfgate\nVersion:   1.2\n",
        "packaging/debian/changelog": "kfgate (1.2) unstable; urgency=medium\n",
        "packaging/debian/control": "Build-Depends:\n clang,\n debhelper-compat (= 13),\n libbpf-dev (>= 1),\nX: y\n",
        "tests/deps.list": "# a [build]\n[build]\nclang\ngcc\nlibbpf-dev\n\n[test]\nfile\n",
    }

    def test_fine(self):
        self.assertEqual(list(packaging.find(self.FILES.get)), [])

    def test_faults(self):
        for path, old, new in (("CMakeLists.txt", "1.2", "1.3"), ("packaging/kfgate.spec", "1.2", "1.1"),
                               ("packaging/debian/changelog", "1.2", "1.2-1"), ("tests/deps.list", "clang", "cmake"),
                               ("packaging/debian/control", " clang,\n", "")):
            files = self.FILES | {path: self.FILES[path].replace(old, new)}
            self.assertTrue(list(packaging.find(files.get)), (path, new))


class Names(unittest.TestCase):
    def faults(self, headers):
        return [what for _, _, what in names.check({path: LICENSED + text for path, text in headers.items()})]

    def test_fine(self):
        self.assertEqual(self.faults({
            "agent/base/doc.h": "/* doc.h - x. Prefixes: kfg_node, kfg_leaf. */\nstruct kfg_node {\n\tint kfg_x;\n};\n"
                                "enum kfg_leaf { KFG_LEAF_A = 1 << 2, KFG_LEAF_B };\nextern const int kfg_docs_n;\n"
                                "int kfg_doc_load(struct kfg_other *o) __attribute__((format(printf, 1, 2)));\n"
                                "static inline int kfg_base_x(void)\n{\n\treturn kfg_other_y();\n}\n",
            "agent/base/doc_internal.h": "int kfg_doc_take(void);\n"}), [])

    def test_no_prefix(self):
        for text in ("int kfg_load(void);", "struct kfg_file {\n\tint a;\n};", "enum kfg_doc { KFG_UNKNOWN };",
                     "typedef int kfg_fn(void *a);", "extern int kfg_list[];", "struct kfg_x *kfg_find(int a);",
                     "static inline int kfg_get(void)\n{\n\treturn 1;\n}", "struct kfg_docx {\n\tint a;\n};"):
            self.assertTrue(self.faults({"agent/base/doc.h": text + "\n"}), text)

    def test_defined_twice(self):
        first = {"agent/base/doc.h": "struct kfg_doc {\n\tint a;\n};\n#define KFG_DOC_MAX 1\n"}
        for text in ("struct kfg_doc {\n\tint b;\n};", "int kfg_doc(void);", "#define KFG_DOC_MAX 2"):
            self.assertTrue(self.faults({**first, "bpf/a.bpf.h": text + "\n"}), text)

    def test_prefix_of_another_folder(self):
        first = {"agent/base/doc.h": "int kfg_doc_load(void);\n"}
        self.assertTrue(self.faults({**first, "agent/cli/doc.h": "int kfg_doc_open(void);\n"}))
        self.assertTrue(self.faults({**first, "agent/cli/x.h": "/* x.h: Prefix: kfg_y. */\nint kfg_x_y(void);\n"}))


class Rooms(unittest.TestCase):
    def test_faults(self):
        for path, header in (("policy/x.c", '"base/log.h"'), ("policy/x.c", "<bpf/bpf.h>"),
                             ("policy/x.c", "<systemd/sd-event.h>"), ("agent/base/x.c", '"cli/tool.h"'),
                             ("agent/record/x.c", '"gate/enforce/gate.h"'), ("agent/cli/x.c", '"policy/model.h"'),
                             ("agent/cli/x.c", '"gate/daemon/daemon.h"'),
                             ("agent/record/x.c", "<systemd/sd-journal.h>"),
                             ("agent/analysis/scan/x.c", '"gate/enforce/gate.h"'),
                             ("agent/gate/daemon/x.c", '"analysis/kernel/kernel.h"'),
                             ("agent/gate/daemon/x.c", '"kfgate.skel.h"'), ("agent/gate/daemon/x.c", "<bpf/libbpf.h>"),
                             ("agent/gate/daemon/x.c", '"arena.h"'), ("agent/cli/x.c", "<yaml.h>"),
                             ("bpf/x.h", '"base/log.h"'), ("include/kfgate/x.h", '"base/log.h"')):
            self.assertTrue(found(rooms, path, f"#include {header}\n"), (path, header))

    def test_fine(self):
        for path, header in (("policy/x.c", '"arena.h"'), ("policy/x.c", "<kfgate/abi.h>"),
                             ("agent/cli/x.c", '"gate/control/client.h"'), ("agent/cli/x.c", '"policy/policy.h"'),
                             ("agent/record/send.c", "<systemd/sd-journal.h>"),
                             ("agent/gate/enforce/gate.c", '"kfgate.skel.h"'), ("bpf/x.h", '"maps.bpf.h"'),
                             ("tests/x.c", '"kfgate.skel.h"')):
            self.assertEqual(found(rooms, path, f"#include {header}\n"), [], (path, header))


class Circles(unittest.TestCase):
    LOWER = "kfg_lower T 0 8\nhelper t 8 8\nkfg_table R 0 8\nmalloc U\n"
    UPPER = "kfg_upper T 0 8\nhelper t 8 8\nkfg_lower U\nkfg_table U\n"

    def test_fine(self):
        self.assertEqual(list(circles.find({"agent/a.c": self.LOWER, "agent/b.c": self.UPPER})), [])
        self.assertEqual(list(circles.find({"agent/a.c": self.LOWER + "helper U\n", "agent/b.c": self.UPPER})), [])
        self.assertEqual(list(circles.find({"agent/a.c": self.LOWER + "kfg_lower U\n"})), [])

    def test_two(self):
        for needed in ("kfg_upper U\n", "kfg_upper w\n"):
            found_ = list(circles.find({"agent/a.c": self.LOWER + needed, "policy/b.c": self.UPPER}))
            self.assertEqual(found_, [(["agent/a.c", "policy/b.c"],
                                       [("agent/a.c", "policy/b.c", ["kfg_upper"]),
                                        ("policy/b.c", "agent/a.c", ["kfg_lower", "kfg_table"])])])

    def test_second(self):
        """By way of a third file, and beside another circle that uses it."""
        objects = {"agent/a.c": self.LOWER + "kfg_top U\n", "agent/b.c": self.UPPER,
                   "agent/c.c": "kfg_top D 0 8\nkfg_upper U\n", "agent/d.c": "kfg_d T 0 8\nkfg_e U\nkfg_lower U\n",
                   "agent/e.c": "kfg_e B 0 8\nkfg_d U\n", "agent/f.c": "main T 0 8\nkfg_d U\n"}
        self.assertEqual([circle for circle, _ in circles.find(objects)],
                         [["agent/a.c", "agent/b.c", "agent/c.c"], ["agent/d.c", "agent/e.c"]])


class Sizes(unittest.TestCase):
    @staticmethod
    def function(lines, parameters="void"):
        return f"static int f({parameters})\n{{\n" + "\tg();\n" * (lines - 3) + "}\n"

    def test_functions(self):
        self.assertEqual(found(sizes, "agent/x.c", self.function(80)), [])
        self.assertTrue(found(sizes, "agent/x.c", self.function(81)))
        five = "int a, int (*b)(int, int),\n\tint c, int d, int e"
        self.assertEqual(found(sizes, "agent/x.c", self.function(9, five)), [])
        self.assertTrue(found(sizes, "agent/x.c", self.function(9, five + ", int f")))
        program = 'SEC("lsm/bpf")\nint BPF_PROG(f, int a)\n{\n' + "\tg();\n" * 80 + "}\n"
        self.assertTrue(found(sizes, "bpf/x.c", program))

    def test_files(self):
        self.assertEqual(found(sizes, "tests/x.c", "\n" * 599), [])
        self.assertTrue(found(sizes, "tests/x.c", "\n" * 600))


class Spdx(unittest.TestCase):
    def test_line(self):
        self.assertEqual(found(spdx, "agent/x.c", LICENSED), [])
        self.assertTrue(found(spdx, "agent/x.c", "\n" * 5 + LICENSED))
        self.assertTrue(found(spdx, "tests/x.sh", "#!/bin/sh\n"))
        self.assertEqual(found(spdx, "tests/data/x.tsv", ""), [])


class BpfRelocations(unittest.TestCase):
    @staticmethod
    def found(name, n):
        """What is said of n relocations of a struct of that name, whose BTF has an int and an array before it."""
        strings = b"\0f\0" + name + b"\0"
        types = struct.pack("<IIII", 1, 1 << 24, 4, 32) + struct.pack("<IIIIII", 0, 3 << 24, 0, 1, 1, 8)
        types += struct.pack("<III", 3, 4 << 24 | 1, 4) + struct.pack("<III", 1, 1, 0)
        btf = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings
        relocations = struct.pack("<III", 16, 1, n) + struct.pack("<IIII", 8, 3, 0, 0) * n if n else b""
        ext = struct.pack("<HBBIIIIIII", 0xeb9f, 1, 0, 32, 0, 0, 0, 0, 0, len(relocations)) + relocations
        return list(bpf_relocations.problems(btf, ext))

    def test_types(self):
        self.assertEqual(self.found(b"task_struct", 2), [])
        self.assertEqual(len(self.found(b"kfg_scratch", 2)), 2)
        self.assertEqual(self.found(b"task_struct", 0), ["no relocation in it"])


class BpfStatic(unittest.TestCase):
    @staticmethod
    def object(section, info):
        """An ELF object with one function symbol."""
        strings = b"\0f\0" + section + b"\0.symtab\0.strtab\0"
        symbols = bpf_static.SYMBOL.pack(1, info, 0, 1, 0, 8)
        table = [bpf_static.SECTION.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                 bpf_static.SECTION.pack(3, 1, 0, 0, 0, 0, 0, 0, 0, 0),
                 bpf_static.SECTION.pack(0, 2, 0, 0, 64, len(symbols), 3, 0, 0, 0),
                 bpf_static.SECTION.pack(0, 3, 0, 0, 64 + len(symbols), len(strings), 0, 0, 0, 0)]
        header = bytearray(64)
        struct.pack_into("<Q", header, 40, 64 + len(symbols) + len(strings))
        struct.pack_into("<HH", header, 60, len(table), 3)
        return bytes(header) + symbols + strings + b"".join(table)

    def test_functions(self):
        program, text = b"lsm.s/bpf_prog", b".text"
        global_func, local_func = 1 << 4 | 2, 2
        self.assertEqual(list(bpf_static.problems(self.object(program, global_func))), [])
        self.assertEqual(len(list(bpf_static.problems(self.object(text, global_func)))), 1)
        self.assertEqual(list(bpf_static.problems(self.object(text, local_func))), ["no program in it"])


if __name__ == "__main__":
    unittest.main()
