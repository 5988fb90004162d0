import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { addressOf } from '../../../../exporter/base/address.ts';
import { SourceError } from '../../../../exporter/base/errors.ts';
import { Decoder, type RecordSink, type TracedEvent } from '../../../../exporter/trace/ring/decode.ts';
import { parseFormat } from '../../../../exporter/trace/ring/format.ts';
import { PageCursor } from '../../../../exporter/trace/ring/page.ts';
import { ROOT } from '../../../support/paths.ts';
import { fixture, recordedFormat, recordedLayout, recordedPages } from '../support/fixtures.ts';
import { head, LAYOUT, page, words } from '../support/pages.ts';

const GOLDEN = join(ROOT, 'test/golden/tracing/linux-6.18.txt');

const EVENTS: readonly TracedEvent[] = [
  'task/task_newtask',
  'cgroup/cgroup_attach_task',
  'sched/sched_process_exit',
  'sched/sched_process_exec',
  'sock/inet_sock_set_state',
  'oom/mark_victim',
];

function listing(): { lines: string[]; sink: RecordSink } {
  const lines: string[] = [];
  const add = (...parts: unknown[]) => lines.push(parts.map(String).join(' '));
  return {
    lines,
    sink: {
      newTask: (timeNs, parent, child, flags) => add(timeNs, 'newtask', parent, child, flags.toString(16)),
      attach: (pid, id, path) => add('attach', pid, id, path()),
      exit: (pid) => add('exit', pid),
      exec: (timeNs, pid, oldPid, path) => add(timeNs, 'exec', pid, oldPid, JSON.stringify(path)),
      connect: (timeNs, pid, address, port) => add(timeNs, 'connect', pid, addressOf(address).text, port),
      listening: (timeNs, pid) => add(timeNs, 'listening', pid),
      oom: (timeNs, pid) => add(timeNs, 'oom', pid),
    },
  };
}

function decodeAll(decoder: Decoder, bytes: Buffer, layout = recordedLayout()): void {
  const cursor = new PageCursor(layout, 'page');
  bytes.copy(cursor.page);
  cursor.load(bytes.length);
  while (cursor.next()) decoder.decode(cursor);
}

function recordedDecoder(sink: RecordSink): Decoder {
  const decoder = new Decoder(sink);
  for (const event of EVENTS) decoder.bind(event, recordedFormat(event));
  return decoder;
}

/** A decoder of one event whose format is made by hand, and a page with one record of it. */
function decodeOne(event: TracedEvent, fields: string[], record: Buffer): string[] {
  const text = ['name: x', 'ID: 7', 'format:', ...fields.map((field) => `\tfield:${field};\tsigned:0;`)];
  const { lines, sink } = listing();
  const decoder = new Decoder(sink);
  decoder.bind(event, parseFormat(text.join('\n'), 'x'));
  decodeAll(decoder, page(0n, [head(0, 0), words(record.length + 4), record]), LAYOUT);
  return lines;
}

describe('decoding trace records', () => {
  it('reads what this kernel recorded', () => {
    const { lines, sink } = listing();
    const decoder = recordedDecoder(sink);
    for (const { name, bytes } of recordedPages()) {
      lines.push(`# ${name}`);
      decodeAll(decoder, bytes);
    }
    const found = `${lines.join('\n')}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, found);
    expect(found).to.equal(readFileSync(GOLDEN, 'utf8'));
  });

  it('reads an attach record of a kernel before 5.5, whose id is not the inode number', () => {
    const fields = [
      'unsigned short common_type;\toffset:0;\tsize:2',
      'int dst_id;\toffset:4;\tsize:4',
      'int pid;\toffset:8;\tsize:4',
      '__data_loc char[] dst_path;\toffset:12;\tsize:4',
    ];
    const record = Buffer.concat([words(7, 3, 42, (5 << 16) | 16), Buffer.from('/pod\0\0\0\0')]);
    expect(decodeOne('cgroup/cgroup_attach_task', fields, record)).to.deep.equal([
      'attach 42 undefined /pod',
    ]);
  });

  it('reads names whatever bytes they have, and none from beyond the record', () => {
    const fields = [
      'unsigned short common_type;\toffset:0;\tsize:2',
      '__rel_loc char[] filename;\toffset:4;\tsize:4',
      'pid_t pid;\toffset:8;\tsize:4',
      'pid_t old_pid;\toffset:12;\tsize:4',
    ];
    const name = Buffer.from('a\n"# TYPE\xff\x01', 'latin1');
    const record = (location: number) => Buffer.concat([words(7, location, 1, 1), name, Buffer.alloc(5)]);
    expect(decodeOne('sched/sched_process_exec', fields, record((12 << 16) | 8))).to.deep.equal([
      `0 exec 1 1 ${JSON.stringify(name.toString('latin1'))}`,
    ]);
    expect(decodeOne('sched/sched_process_exec', fields, record((0xffff << 16) | 0xfff0))).to.deep.equal([
      '0 exec 1 1 ""',
    ]);
  });

  it('tells connects from who begins to listen, and leaves out what is not TCP', () => {
    const fields = [
      'unsigned short common_type;\toffset:0;\tsize:2',
      'int common_pid;\toffset:4;\tsize:4',
      '__u16 dport;\toffset:8;\tsize:2',
      '__u16 family;\toffset:10;\tsize:2',
      '__u8 protocol;\toffset:12;\tsize:1',
      '__u8 daddr[4];\toffset:16;\tsize:4',
      '__u8 daddr_v6[16];\toffset:20;\tsize:16',
      'int newstate;\toffset:36;\tsize:4',
    ];
    const record = (protocol: number, family: number, state = 2) =>
      Buffer.concat([
        words(7, 9, (family << 16) | 443, protocol),
        Buffer.from([10, 0, 0, 1]),
        Buffer.alloc(16, 1),
        words(state),
      ]);
    const event = 'sock/inet_sock_set_state';
    expect(decodeOne(event, fields, record(6, 2))).to.deep.equal(['0 connect 9 10.0.0.1 443']);
    expect(decodeOne(event, fields, record(6, 10))).to.deep.equal([
      '0 connect 9 101:101:101:101:101:101:101:101 443',
    ]);
    expect(decodeOne(event, fields, record(132, 2))).to.deep.equal([]);
    expect(decodeOne(event, fields, record(6, 1))).to.deep.equal([]);
    expect(decodeOne(event, fields, record(6, 2, 10))).to.deep.equal(['0 listening 9']);
    expect(decodeOne(event, fields, record(132, 2, 10))).to.deep.equal([]);
  });

  it('refuses a format without the fields that it reads, and a record too short for them', () => {
    const text = fixture('sched_process_exec.format').replace('old_pid', 'other');
    const { sink } = listing();
    expect(() => new Decoder(sink).bind('sched/sched_process_exec', parseFormat(text, 'x')))
      .to.throw(SourceError, 'old_pid')
      .with.property('code', 'malformed');
    const { id } = recordedFormat('sched/sched_process_exec');
    expect(() => decodeAll(recordedDecoder(sink), page(0n, [head(1, 0), words(id)])))
      .to.throw(SourceError)
      .with.property('code', 'malformed');
  });

  it('passes over events that it does not know', () => {
    const { lines, sink } = listing();
    decodeAll(recordedDecoder(sink), page(0n, [head(1, 0), words(65_000)]));
    expect(lines).to.deep.equal([]);
  });

  it('throws nothing but its own error, whatever bytes it is given', () => {
    const recorded = fc.constantFrom(...recordedPages().map(({ bytes }) => bytes));
    const change = fc.record({ at: fc.nat(4095), byte: fc.nat(255) });
    fc.assert(
      fc.property(recorded, fc.array(change, { maxLength: 40 }), (original, changes) => {
        const bytes = Buffer.from(original);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        try {
          decodeAll(recordedDecoder(listing().sink), bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
