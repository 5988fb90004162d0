import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseBlkio, parseIoStat } from '../../../exporter/parsers/cgroup-io.ts';

const PATH = 'sys/fs/cgroup/<container>/io.stat';

describe('parseIoStat', () => {
  it('reads devices, and leaves out those without figures', () => {
    const text =
      '259:0 rbytes=90112 wbytes=299008000 rios=13 wios=4593 dbytes=0 dios=0\n8:16 \n7:0\n253:1 cost.usage=1\n';
    expect([...parseIoStat(text, new Unread(PATH))]).to.deep.equal([
      ['259:0', { read: 90112, write: 299008000 }],
    ]);
  });

  it('reads an empty file', () => expect(parseIoStat('', new Unread(PATH)).size).to.equal(0));

  for (const text of ['x', '8 rbytes=1', '8:0rbytes=1']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseIoStat(text, new Unread(PATH))).to.throw('io.stat: expected'));
  }
});

describe('parseBlkio', () => {
  it('reads devices', () => {
    const text =
      '253:0 Read 4096\n253:0 Write 16384\n253:0 Sync 20480\n253:0 Async 0\n253:0 Discard 0\n253:0 Total 20480\n8:0 Write 5\nTotal 20485\n';
    expect([...parseBlkio(text, new Unread(PATH))]).to.deep.equal([
      ['253:0', { read: 4096, write: 16384 }],
      ['8:0', { read: 0, write: 5 }],
    ]);
  });

  it('reads a cgroup that did nothing', () =>
    expect(parseBlkio('Total 0\n', new Unread(PATH)).size).to.equal(0));

  for (const text of ['x\n', '253:0 Read\n', '253:0 Read -4\n']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseBlkio(text, new Unread(PATH))).to.throw('io.stat: expected'));
  }
});
