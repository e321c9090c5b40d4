/** A reader for the zip archives that set-up meets: stored or deflated entries, no encryption, no Zip64. */
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, open, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER_BYTES = 30;
/** The end record is 22 bytes and may be followed by a comment of up to 65,535. */
const END_SEARCH_BYTES = 22 + 0xffff;

async function readAt(file, position, length) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** @returns `{ name, method, size, compressed, offset, mode }` of every entry, from the central directory. */
async function listEntries(file) {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - END_SEARCH_BYTES), Math.min(size, END_SEARCH_BYTES));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error("This is not a zip archive, or it is cut short.");
  const count = tail.readUInt16LE(end + 10);
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error("The zip archive's directory is damaged.");
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString("utf8", at + 46, at + 46 + nameBytes),
      method: directory.readUInt16LE(at + 10),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      // The upper half of the external attributes holds the Unix mode when the archive was made on Unix.
      mode: directory.readUInt32LE(at + 38) >>> 16,
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Unpacks what `rename` keeps: it gets an entry's name and returns the path inside `folder`, or null to leave it out.
 * @param {string} archive
 * @param {string} folder
 * @param {(name: string) => string | null} rename
 */
export async function unzip(archive, folder, rename) {
  const file = await open(archive);
  const base = resolve(folder);
  try {
    for (const entry of await listEntries(file)) {
      const name = entry.name.endsWith("/") ? null : rename(entry.name);
      if (name === null) continue;
      const target = join(base, name);
      if (!target.startsWith(base + sep))
        throw new Error(`The zip archive holds a path outside its folder: ${entry.name}`);
      await mkdir(dirname(target), { recursive: true });
      const header = await readAt(file, entry.offset, LOCAL_HEADER_BYTES);
      const start = entry.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
      if ((entry.mode & 0o170000) === 0o120000) {
        if (entry.method !== 0) throw new Error(`The zip archive holds a compressed link: ${entry.name}`);
        await symlink((await readAt(file, start, entry.size)).toString("utf8"), target);
        continue;
      }
      if (entry.method !== 0 && entry.method !== 8) throw new Error(`The zip archive uses method ${entry.method}.`);
      if (entry.compressed === 0) {
        await writeFile(target, "", { mode: entry.mode & 0o777 || 0o644 });
        continue;
      }
      const input = createReadStream(archive, {
        start,
        end: start + entry.compressed - 1,
        highWaterMark: 1 << 20,
      });
      const output = createWriteStream(target);
      await pipeline(entry.method === 8 ? [input, createInflateRaw({ chunkSize: 1 << 18 }), output] : [input, output]);
      if (output.bytesWritten !== entry.size) throw new Error(`The zip archive is damaged at ${entry.name}.`);
      if (entry.mode !== 0) await chmod(target, entry.mode & 0o777);
    }
  } finally {
    await file.close();
  }
}
