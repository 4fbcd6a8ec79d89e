/**
 * Takes the two libraries and the headers that the addon includes out of a wheel, by Python's zipfile: it streams, and
 * installing needs Python anyway.
 */
import type * as Effect from "effect/Effect"
import * as Subprocess from "../Subprocess.ts"

// A file that is there in its full length was finished: it got its name only once it was on the disk. A name is used
// for writing only by its checked parts, so that no entry leaves the folder. zipfile compares every entry's CRC.
const script = `
import os, shutil, stat, sys, zipfile
wheel, folder = sys.argv[1:]
libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]
headers = "tensorflow/include/"
included = ("tensorflow/c/", "tensorflow/core/platform/", "tsl/platform/", "xla/tsl/c/")
with zipfile.ZipFile(wheel) as archive:
    entries = {}
    for entry in archive.infolist():
        name = entry.filename
        if name.startswith("tensorflow/") and name[len("tensorflow/"):] in libraries:
            entries[name[len("tensorflow/"):]] = entry
        elif name.startswith(headers) and name[len(headers):].startswith(included) and name.endswith(".h"):
            entries["include/" + name[len(headers):]] = entry
    for library in libraries:
        if library not in entries:
            sys.exit("the wheel holds no tensorflow/" + library)
    for name, entry in entries.items():
        parts = name.split("/")
        if "\\\\" in name or any(part in ("", ".", "..") for part in parts):
            sys.exit("the wheel holds an entry whose path is not allowed: " + entry.filename)
        if stat.S_ISLNK(entry.external_attr >> 16):
            sys.exit("the wheel holds a link: " + entry.filename)
        target = os.path.join(folder, *parts)
        if os.path.exists(target) and os.path.getsize(target) == entry.file_size:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(entry) as source, open(target + ".tmp", "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            if name in libraries:
                copy.flush()
                os.fsync(copy.fileno())
        os.replace(target + ".tmp", target)
`

/**
 * Unpacks what is needed of a wheel: the libraries into a folder, the headers into its `include`. Files that an
 * interrupted call finished are kept. Fails where the wheel is damaged, lacks a library or names paths outside.
 */
export const unpack = (wheel: string, folder: string): Effect.Effect<string, Subprocess.SubprocessFailed> =>
  Subprocess.run("python3", ["-I", "-c", script, wheel, folder])
