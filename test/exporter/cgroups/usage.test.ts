import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { Unread } from '../../../exporter/base/lines.ts';
import type { Read } from '../../../exporter/cgroups/reading.ts';
import { countsDisks, deviceBytes } from '../../../exporter/cgroups/usage.ts';

const OWN = 'blkio.throttle.io_service_bytes';
const RECURSIVE = `${OWN}_recursive`;

/** Bytes read and written of the disk 8:0; undefined: the device is not listed. */
type Bytes = readonly [read: number, write: number] | undefined;

const tableOf = (bytes: Bytes) =>
  bytes === undefined ? 'Total 0\n' : `8:0 Read ${bytes[0]}\n8:0 Write ${bytes[1]}\n8:0 Discard 0\nTotal 0\n`;

function cgroup(files: Readonly<Record<string, string>>): Read {
  return (file, parse) => {
    const text = files[file];
    if (text === undefined) throw new SourceError('absent', file, `${file}: ENOENT`);
    return parse(text, file, new Unread(file));
  };
}

describe('disk bytes of version 1', () => {
  const bytes: fc.Arbitrary<Bytes> = fc.oneof(
    fc.constantFrom(undefined, [0, 0] as const),
    fc.tuple(fc.nat(), fc.nat()),
  );

  it('a zero is one only where the kernel counts what has no limit', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (container, ownOfRoot, all) => {
        const root = cgroup({ [OWN]: tableOf(ownOfRoot), [RECURSIVE]: tableOf(all) });
        const read = cgroup({ [RECURSIVE]: tableOf(container) });
        const found = deviceBytes[1](read, () => countsDisks(root));
        const [didSomething, isCounting] = [container, ownOfRoot].map(
          (each) => each !== undefined && each[0] + each[1] > 0,
        );
        if (!didSomething && !isCounting) expect(found).to.equal(undefined);
        else
          expect(found?.get('8:0')).to.deep.equal(container && { read: container[0], write: container[1] });
      }),
    );
  });

  it('asks for what there is', () => {
    expect(countsDisks(cgroup({ [OWN]: tableOf([0, 1]) }))).to.equal(true);
    expect(countsDisks(cgroup({ [OWN]: tableOf([0, 0]) }))).to.equal(false);
    expect(countsDisks(cgroup({ [RECURSIVE]: tableOf([5, 0]) }))).to.equal(true);
  });
});
