import { readFileSync, readSync, writeSync } from 'node:fs';

/**
 * Serves one file, `program`, over the FUSE descriptor 3. Nothing that it tells may be cached, so that every stat(2) asks.
 *
 * @see include/uapi/linux/fuse.h
 */
const [, , file = ''] = process.argv;
const FUSE = 3;
const content = readFileSync(file);
const [ROOT_NODE, FILE_NODE] = [1n, 2n];
const [ENOENT, ENOSYS] = [2, 38];
const FOREVER = 1_000_000n;
const OPCODE = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  open: 14,
  read: 15,
  statfs: 17,
  release: 18,
  flush: 25,
  init: 26,
  opendir: 27,
  releasedir: 29,
  access: 34,
  interrupt: 36,
  batchForget: 42,
} as const;
const SILENT: readonly number[] = [OPCODE.forget, OPCODE.interrupt, OPCODE.batchForget];
const EMPTY: readonly number[] = [OPCODE.release, OPCODE.flush, OPCODE.releasedir, OPCODE.access];

/** struct fuse_attr. */
function attributes(node: bigint): Buffer {
  const bytes = Buffer.alloc(88);
  bytes.writeBigUInt64LE(node, 0);
  bytes.writeBigUInt64LE(node === FILE_NODE ? BigInt(content.length) : 0n, 8);
  bytes.writeUInt32LE(node === FILE_NODE ? 0o100755 : 0o040755, 60);
  bytes.writeUInt32LE(node === FILE_NODE ? 1 : 2, 64);
  bytes.writeUInt32LE(4096, 80);
  return bytes;
}

/** struct fuse_init_out of protocol 7.31. */
function initOut(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(7, 0);
  bytes.writeUInt32LE(31, 4);
  bytes.writeUInt32LE(65_536, 8);
  bytes.writeUInt32LE(65_536, 20);
  bytes.writeUInt32LE(1, 24);
  return bytes;
}

/** struct fuse_entry_out: the name may be remembered, the attributes not. */
function entryOut(): Buffer {
  const head = Buffer.alloc(40);
  head.writeBigUInt64LE(FILE_NODE, 0);
  head.writeBigUInt64LE(FOREVER, 16);
  return Buffer.concat([head, attributes(FILE_NODE)]);
}

/** struct fuse_statfs_out, which an overlay asks for how long names can be. */
function statfsOut(): Buffer {
  const bytes = Buffer.alloc(80);
  bytes.writeUInt32LE(4096, 40);
  bytes.writeUInt32LE(255, 44);
  return bytes;
}

/** What is answered to a request, or an error number. */
function answerTo(opcode: number, node: bigint, body: Buffer): Buffer | number {
  if (EMPTY.includes(opcode)) return Buffer.alloc(0);
  switch (opcode) {
    case OPCODE.init:
      return initOut();
    case OPCODE.statfs:
      return statfsOut();
    case OPCODE.lookup:
      return node === ROOT_NODE && body.toString('latin1') === 'program\0' ? entryOut() : ENOENT;
    case OPCODE.getattr:
      return Buffer.concat([Buffer.alloc(16), attributes(node)]);
    case OPCODE.open:
    case OPCODE.opendir:
      return Buffer.alloc(16);
    case OPCODE.read: {
      const offset = Number(body.readBigUInt64LE(8));
      return content.subarray(offset, offset + body.readUInt32LE(16));
    }
    default:
      return ENOSYS;
  }
}

const request = Buffer.alloc(1 << 18);
for (;;) {
  const bytes = readSync(FUSE, request);
  const opcode = request.readUInt32LE(4);
  if (SILENT.includes(opcode)) continue;
  const answer = answerTo(opcode, request.readBigUInt64LE(16), request.subarray(40, bytes));
  const body = typeof answer === 'number' ? Buffer.alloc(0) : answer;
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + body.length, 0);
  head.writeInt32LE(typeof answer === 'number' ? -answer : 0, 4);
  request.copy(head, 8, 8, 16);
  writeSync(FUSE, Buffer.concat([head, body]));
}
