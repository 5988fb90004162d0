import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseMountinfo } from '../../../exporter/parsers/mountinfo.ts';

const PATH = 'proc/1/mountinfo';

describe('parseMountinfo', () => {
  const lines = {
    'without optional fields': '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
    'with one': '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard',
    'with several':
      '27 1 254:0 / / rw,relatime shared:1 master:2 propagate_from:3 unbindable - ext4 /dev/vda rw',
    'with a dash for its source': '27 1 254:0 / / rw - ext4 - rw',
    'with an empty source': '27 1 254:0 / / rw - ext4  rw',
  };
  for (const [name, line] of Object.entries(lines)) {
    it(`reads a mount ${name}`, () => {
      expect(parseMountinfo(`${line}\n`, new Unread(PATH))).to.deep.equal([
        {
          id: '27',
          parent: '1',
          device: '254:0',
          root: '/',
          mountpoint: '/',
          type: 'ext4',
          readOnly: false,
          readOnlyHere: false,
        },
      ]);
    });
  }

  it('undoes the octal escapes', () => {
    const [mount] = parseMountinfo(
      '1 1 8:1 / /a\\040b\\011c\\012d\\134040\\043 rw - xfs /dev/sda1 rw\n',
      new Unread(PATH),
    );
    expect(mount?.mountpoint).to.equal('/a b\tc\nd\\040#');
  });

  it('tells a read-only filesystem from a read-only mount of one', () => {
    const text = '1 1 8:1 / /a ro - xfs /dev/sda1 rw\n2 1 8:2 / /b rw - xfs /dev/sda2 seclabel,ro\n';
    expect(
      parseMountinfo(text, new Unread(PATH)).map(({ readOnly, readOnlyHere }) => [readOnly, readOnlyHere]),
    ).to.deep.equal([
      [false, true],
      [true, false],
    ]);
  });

  for (const line of [
    '27 1 254:0 / /',
    '27 1 254:0 / / rw - ext4',
    'garbage',
    '27 1 fe:00 / / rw - ext4 x rw',
  ]) {
    it(`refuses ${line}`, () => {
      expect(() => parseMountinfo(line, new Unread(PATH))).to.throw('expected a mount');
    });
  }
});
