import { expect } from 'chai';
import { SourceError } from '../../../../exporter/base/errors.ts';
import { parseFormat, parseHeaderPage } from '../../../../exporter/trace/ring/format.ts';
import { fixture, recordedFormat } from '../support/fixtures.ts';

const OLD_32_BIT = [
  '\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;',
  '\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;',
  '\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;',
  '\tfield: char data;\toffset:12;\tsize:4084;\tsigned:1;',
].join('\n');

describe('trace formats', () => {
  it('reads the page layout of this kernel and of a 32-bit one', () => {
    expect(parseHeaderPage(fixture('header_page'), 'x')).to.deep.equal({
      timestamp: 0,
      commit: 8,
      longBytes: 8,
      data: 16,
      pageBytes: 4096,
    });
    expect(parseHeaderPage(OLD_32_BIT, 'x')).to.deep.equal({
      timestamp: 0,
      commit: 8,
      longBytes: 4,
      data: 12,
      pageBytes: 4096,
    });
  });

  it('reads the fields of every event used', () => {
    const exec = recordedFormat('sched/sched_process_exec');
    expect(exec.name).to.equal('sched_process_exec');
    expect(exec.fields.get('filename')).to.deep.equal({ offset: 8, size: 4, kind: 'data_loc' });
    expect(exec.fields.get('pid')).to.deep.equal({ offset: 12, size: 4, kind: 'integer' });
    const connect = recordedFormat('sock/inet_sock_set_state');
    expect(connect.fields.get('daddr_v6')).to.deep.equal({ offset: 56, size: 16, kind: 'array' });
    expect(connect.fields.get('skaddr')?.kind).to.equal('integer');
    expect(recordedFormat('task/task_newtask').fields.get('clone_flags')?.size).to.equal(8);
  });

  it('knows a text whose place is stated from its own field', () => {
    const text = 'name: x\nID: 7\nformat:\n\tfield:__rel_loc char[] s;\toffset:8;\tsize:4;\tsigned:0;\n';
    expect(parseFormat(text, 'x').fields.get('s')?.kind).to.equal('rel_loc');
  });

  const bad: [string, () => unknown][] = [
    ['an empty header page', () => parseHeaderPage('', 'h')],
    ['a header page without commit', () => parseHeaderPage(OLD_32_BIT.replace('commit', 'other'), 'h')],
    ['a format without an ID', () => parseFormat('name: x\nformat:\n', 'f')],
    ['a format without fields', () => parseFormat('name: x\nID: 3\nformat:\n', 'f')],
  ];
  for (const [what, parse] of bad) {
    it(`refuses ${what}`, () => {
      expect(parse).to.throw(SourceError).with.property('code', 'malformed');
    });
  }
});
