import { basename } from 'node:path';
import { expect } from 'chai';
import { addressOf } from '../../../exporter/base/address.ts';
import { SourceError } from '../../../exporter/base/errors.ts';
import { bufferKbFor, idleMsFor, nextDelayMs } from '../../../exporter/trace/live/pace.ts';
import { argumentsOf } from '../../../exporter/trace/paths/exec-arguments.ts';
import { absolutePath, placeOf } from '../../../exporter/trace/paths/exec-path.ts';
import { parseLosses } from '../../../exporter/trace/ring/cpu-stream.ts';
import { parseCpuList } from '../../../exporter/trace/ring/online-cpus.ts';
import { fixture } from './support/fixtures.ts';

describe('what the tracer reads and shows as text', () => {
  const addresses: [hex: string, family: number, text: string][] = [
    ['7f000001', 4, '127.0.0.1'],
    ['ffffffff', 4, '255.255.255.255'],
    ['00000000000000000000000000000000', 6, '::'],
    ['00000000000000000000000000000001', 6, '::1'],
    ['fe800000000000000000000000000000', 6, 'fe80::'],
    ['20010db8000000000001000000000001', 6, '2001:db8::1:0:0:1'],
    ['20010db8000000010001000100010001', 6, '2001:db8:0:1:1:1:1:1'],
    ['00000000000000000000ffffa9fea9fe', 4, '169.254.169.254'],
    ['0064ff9b0000000000000000a9fea9fe', 4, '169.254.169.254'],
    ['0064ff9b000000000000000164646464', 6, '64:ff9b::1:6464:6464'],
    ['0064ff9b000100000000000064646464', 6, '64:ff9b:1::6464:6464'],
  ];
  for (const [hex, family, text] of addresses) {
    it(`address ${hex} is ${text}`, () => {
      expect(addressOf(Buffer.from(hex, 'hex'))).to.deep.equal({ family, text });
    });
  }

  it('sums what a CPU lost', () => {
    expect(parseLosses(fixture('stats'), 'stats')).to.equal(0);
    const text =
      'entries: 5\noverrun: 2\ncommit overrun: 30\nbytes: 7\ndropped events: 400\nread events: 9\n';
    expect(parseLosses(text, 'stats')).to.equal(432);
    expect(() => parseLosses('entries: 5\n', 'stats')).to.throw(SourceError);
  });

  it('lists the CPUs that are online', () => {
    expect(parseCpuList('0-3,8,10-11\n', 'online')).to.deep.equal([0, 1, 2, 3, 8, 10, 11]);
    expect(parseCpuList('0\n', 'online')).to.deep.equal([0]);
    for (const text of ['', '\n', '3-1', '0-', 'a', '0,,1', '0-99999999999']) {
      expect(() => parseCpuList(text, 'online'), text).to.throw(SourceError);
    }
  });

  const gone = { executable: undefined, workingDirectory: undefined };
  const sh = { executable: '/usr/bin/sh', workingDirectory: '/tmp/x' };
  const resolved: [path: string, place: typeof gone | typeof sh, absolute: string | undefined][] = [
    ['/bin/sh', gone, '/bin/sh'],
    ['./sh', gone, undefined],
    ['./sh', sh, '/usr/bin/sh'],
    ['./run.sh', sh, '/tmp/x/run.sh'],
    ['../run.sh', sh, '/tmp/run.sh'],
    ['run', { executable: '/run', workingDirectory: '(unreachable)/x' }, '/run'],
    ['go', { executable: '/run', workingDirectory: '(unreachable)/x' }, undefined],
  ];
  for (const [path, place, absolute] of resolved) {
    it(`${path} in ${JSON.stringify(place)} is ${absolute}`, () => {
      expect(absolutePath(path, place)).to.equal(absolute);
    });
  }

  it('knows where this process is, and nothing of one that is gone', () => {
    expect(placeOf('/proc', process.pid)).to.deep.equal({
      executable: process.execPath,
      workingDirectory: process.cwd(),
    });
    expect(placeOf('/nonexistent', 1)).to.deep.equal(gone);
  });

  it('reads the arguments of a program, and none of what runs in its place by then', async () => {
    const own = await argumentsOf('/proc', process.pid, `/opt/bin/${basename(process.argv0)}`);
    expect(own?.[0]).to.equal(process.argv0);
    expect(own).to.include(process.argv[1]);
    expect(await argumentsOf('/proc', process.pid, '/bin/sh')).to.equal(undefined);
    expect(await argumentsOf('/nonexistent', 1, '/sbin/init')).to.equal(undefined);
  });

  it('reads more often the fuller the buffers are', () => {
    expect(nextDelayMs(0, 1000, 1000)).to.equal(1000);
    expect(nextDelayMs(0.1, 1000, 1000)).to.equal(1000);
    expect(nextDelayMs(1, 1000, 1000)).to.equal(200);
    expect(nextDelayMs(50, 1000, 1000)).to.equal(20);
    expect(nextDelayMs(0, 20, 1000), 'in steps when it is quiet again').to.equal(40);
  });

  it('gives hosts with few CPUs larger buffers', () => {
    expect([1, 2, 4, 8, 64].map(bufferKbFor)).to.deep.equal([2048, 2048, 2048, 1024, 256]);
    expect([2048, 1024, 512, 32].map(idleMsFor), 'and longer sleep').to.deep.equal([4000, 2048, 1024, 1000]);
  });
});
