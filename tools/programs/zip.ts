import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const END_BYTES = 22;
const DEFLATED = 8;

/**
 * The content of one file of a zip archive without encryption and smaller than 4 GiB.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * @throws {Error} when it is no such archive, or there is no such file
 */
export function fileOfZip(zip: Buffer, name: string): Buffer {
  const end = zip.length - END_BYTES; // without a comment, the record of the end is the last
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new Error('this is no plain zip archive');
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((at) => zip.readUInt16LE(entry + at));
    const nameEnd = entry + 46 + (nameBytes ?? 0);
    if (zip.toString('utf8', entry + 46, nameEnd) !== name) {
      entry = nameEnd + (extraBytes ?? 0) + (commentBytes ?? 0);
      continue;
    }
    const local = zip.readUInt32LE(entry + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
    return zip.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(content) : content;
  }
  throw new Error(`there is no ${name} in the archive`);
}
