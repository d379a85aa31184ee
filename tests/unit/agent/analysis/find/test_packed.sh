#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_packed.sh KFGATE OBJECT LSKEL - an object with kfuncs is found in whatever people pack or write it into, or what
# could not be looked at is said: never exit 0 with nothing seen.
set -u
kfgate=$(readlink -f "$1") object=$(readlink -f "$2") lskel=$(readlink -f "$3")
objcopy=$(command -v llvm-objcopy || command -v llvm-objcopy-14) || { echo "no llvm-objcopy"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
export XDG_CACHE_HOME=$work/cache
mkdir packs
cp "$object" k.o
"$objcopy" --dump-section ".BTF=k.btf" k.o /dev/null

python3 - k.o packs <<'P'
import base64, bz2, gzip, io, json, lzma, os, sys, tarfile, zipfile, zlib
data = open(sys.argv[1], "rb").read()


def write(name, content):
    with open(os.path.join(sys.argv[2], name), "wb") as file:
        file.write(content)


def zipped(how):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.writestr("a/k.o", data)
    return out.getvalue()


def tarred(mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in (("pad", os.urandom(3000)), ("k.o", data)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def cpio(*members):
    """An archive as cpio -H newc makes it, of (name, inode, links, content)."""
    out = b""
    for name, inode, links, content in (*members, ("TRAILER!!!", 0, 1, b"")):
        fields = (inode, 0o100644 if inode else 0, 0, 0, links, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4) + content
        out += b"\0" * (-len(out) % 4)
    return out + b"\0" * (-len(out) % 512)


def text(form, of=data, gap=""):
    return gap.join(form % byte for byte in of).encode()


write("deflate.zip", zipped(zipfile.ZIP_DEFLATED))
write("stored.jar", zipped(zipfile.ZIP_STORED))
write("bzip2.whl", zipped(zipfile.ZIP_BZIP2))
write("lzma.zip", zipped(zipfile.ZIP_LZMA))
write("program.run", b"#!/bin/sh\nexit\n" + zipped(zipfile.ZIP_DEFLATED))
for mode in ("w", "w:gz", "w:bz2", "w:xz"):
    write("t.tar." + mode[2:], tarred(mode))
write("k.gz", gzip.compress(data))
write("k.bz2", bz2.compress(data))
write("k.xz", lzma.compress(data, preset=9))
write("k.lzma", lzma.compress(data, lzma.FORMAT_ALONE))
write("inside", b"\0junk\0" * 100 + bz2.compress(data) + b"\0" * 9)
write("twice.zip", zipped(zipfile.ZIP_DEFLATED).replace(b"a/k.o", b"b/k.o"))
# an initrd: microcode, zeros, then the rest packed otherwise
early = cpio(("ucode.bin", 1, 1, os.urandom(70000)))
root = cpio(("k.o", 2, 1, data))
write("gzip.initrd", early + gzip.compress(root))
write("xz.initrd", early + b"\0" * 5000 + lzma.compress(root))
write("plain.initrd", early + root)
# of hard links the last one has the bytes
write("links.cpio", cpio(("pad", 3, 1, b"pad"), ("k.o", 2, 2, b""), ("other.o", 2, 2, data)))
# the first bytes of a zip archive are a constant of every program that reads some
note = io.BytesIO()
with zipfile.ZipFile(note, "w") as archive:
    archive.writestr("note", b"nothing")
write("reads-zip.run", b"#!/bin/sh\nexit\nPK\3\4" + b"\0" * 40 + data + b"\0" * 40000 + note.getvalue())
write("behind.zip", note.getvalue() + b"\0" * 8 + data)
write("jar.tar.gz", gzip.compress(zipped(zipfile.ZIP_DEFLATED)))
rows = b"\\\n".join(text("\\x%02x", data[i:i + 20]) for i in range(0, len(data), 20))
write("k.skel.h", b'static const char data[] __attribute__((__aligned__(8))) = "\\\n' + rows + b'";\n')
octal = b"\"\n  \"".join(text("\\%03o", data[i:i + 20]) for i in range(0, len(data), 20))
write("octal.c", b'const char o[] =\n  "' + octal + b'";\n')
write("bytes.go", b'var k = []byte("' + text("\\x%02x") + b'")\n')
write("packed.go", b'var k = []byte("' + text("\\x%02x", gzip.compress(data)) + b'")\n')
write("list.go", b"var k = []byte{" + text("0x%x", gap=", ") + b"}\n")
write("decimal.js", b"const k = [" + text("%d", gap=",") + b"];\n")
write("xxd.h", b"unsigned char k_o[] = {\n  " + text("0x%02x", gap=",\n  ") + b"\n};\n")
printable = "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else "\\x%02x" % b for b in data)
write("bytes.rs", ('static K: &[u8] = b"' + printable + '";').encode())
write("hex.py", b"k = bytes.fromhex('" + data.hex().encode() + b"')\n")
write("base64.json", json.dumps({"o": base64.b64encode(data).decode()}).encode())
write("gzip64.json", json.dumps({"o": base64.b64encode(gzip.compress(data)).decode()}).encode())
write("eunomia.json", json.dumps({"bpf_object": base64.b64encode(zlib.compress(data)).decode()}).encode())
write("base64.json.gz", gzip.compress(json.dumps({"o": base64.b64encode(data).decode()}).encode()))
P
failed=0
for file in packs/*; do
	"$kfgate" scan --kernel=k.btf --fail-on=none --format=csv "$file" >out 2>err
	n=$(cut -d, -f2 out | grep -c "^$file")
	[ "$n" = 2 ] && grep -q bpf_key_put out && grep -q bpf_lookup_system_key out && continue
	echo "$file: not found once:"
	cat out err
	failed=1
done

# A light skeleton's header holds its data and its loader apart: both together are read.
for name in key:bpf_lookup_system_key task:bpf_task_from_pid; do
	"$kfgate" scan --kernel=k.btf --fail-on=none "$(dirname "$lskel")/${name%:*}.lskel.h" >out 2>err
	grep -q "light skeleton" out && grep -q "${name#*:}" out && continue
	echo "${name%:*}.lskel.h: not read:"
	cat out err
	failed=1
done

# A loader without its data is said to be unchecked at least.
printf 'static const char opts_insn[] = "\\\n%s%s";\n' '\xbf\x16\0\0\0\0\0\0\xbf\xa1\0\0\0\0\0\0' \
	'\x07\x01\0\0\x78\xff\xff\xff\xb7\x02\0\0\x88\0\0\0' >k.lskel.h
"$kfgate" scan --kernel=k.btf k.lskel.h >out 2>err
[ $? = 4 ] || { echo "k.lskel.h: not said to be unchecked:"; cat out err; failed=1; }

# A zip archive whose directory is gone has members that nobody sees.
sed 's/PK\x01\x02/\x00K\x01\x02/g' packs/deflate.zip >no-directory
"$kfgate" scan --kernel=k.btf no-directory >out 2>err
[ $? = 4 ] || { echo "a zip archive without a directory: not said to be unchecked:"; cat out err; failed=1; }

# The same file twice is one file.
"$kfgate" scan --kernel=k.btf --fail-on=none k.o k.o packs/../k.o >out 2>err ||
	{ echo "named twice:"; cat out err; failed=1; }

# Damaged ones are said to be.
for file in packs/deflate.zip packs/k.bz2 packs/k.xz packs/t.tar.xz packs/k.lzma packs/eunomia.json; do
	head -c $(($(stat -c %s "$file") / 2)) "$file" >half
	"$kfgate" scan --kernel=k.btf half >out 2>err
	[ $? = 4 ] && continue
	echo "half of $file: not said to be unchecked:"
	cat out err
	failed=1
done
exit $failed
