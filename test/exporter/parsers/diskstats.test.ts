import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseDiskstats } from '../../../exporter/parsers/diskstats.ts';

const PATH = 'proc/diskstats';

describe('parseDiskstats', () => {
  const lines = {
    '14 columns, Linux 3.10': '   8       0 sda 1 2 3 4 5 6 7 8 9 10 11',
    '18 columns, Linux 4.18': '   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15',
    '20 columns, Linux 5.5': '   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17',
  };
  for (const [name, line] of Object.entries(lines)) {
    it(`reads ${name}`, () => {
      expect([...parseDiskstats(`${line}\n`, new Unread(PATH))]).to.deep.equal([
        ['sda', { read: 3 * 512, write: 7 * 512 }],
      ]);
    });
  }

  it('keeps a name as it is', () => {
    const text = ' 104 0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11\n';
    expect([...parseDiskstats(text, new Unread(PATH)).keys()]).to.deep.equal(['cciss/c0d0']);
  });

  it('reads a host without block devices', () => {
    expect(parseDiskstats('', new Unread(PATH)).size).to.equal(0);
  });

  for (const line of ['8 0 sda 1 2 3', '8 0', '8 0 sda 1 2 3 4 5 6 ff 8 9 10 11']) {
    it(`refuses ${line}`, () => {
      expect(() => parseDiskstats(line, new Unread(PATH))).to.throw(
        'expected major, minor, name and eleven numbers',
      );
    });
  }
});
