import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../../../exporter/base/errors.ts';
import { openBestSource } from '../../../../exporter/trace/open-source.ts';
import { findTracefs } from '../../../../exporter/trace/ring/find-tracefs.ts';
import { TraceInstance } from '../../../../exporter/trace/ring/instance.ts';

const never = () => false;

describe('where tracefs is to be had', () => {
  let folder: string;
  let first: string;
  let second: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-tracefs-'));
    [first, second] = [join(folder, 'tracing'), join(folder, 'debug/tracing')];
    for (const path of [first, second]) mkdirSync(path, { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const codeOf = (find: () => unknown) => {
    try {
      find();
    } catch (error) {
      return error instanceof SourceError ? error.code : error;
    }
    return undefined;
  };

  it('is the first folder that has it', () => {
    mkdirSync(join(second, 'instances'));
    expect(findTracefs([first, second], never)).to.equal(second);
    mkdirSync(join(first, 'instances'));
    expect(findTracefs([first, second], never)).to.equal(first);
  });

  it('is absent where nothing is mounted', () => {
    expect(codeOf(() => findTracefs([first, second], never))).to.equal('absent');
    expect(codeOf(() => findTracefs([join(folder, 'none')]))).to.equal('absent');
  });

  it('is denied, not absent, where it is mounted and empty, as in a kernel that is locked down', () => {
    expect(() => findTracefs([first, second], (path) => path === first))
      .to.throw(SourceError, 'lockdown')
      .with.property('code', 'unreadable');
    mkdirSync(join(second, 'instances'));
    expect(
      findTracefs([first, second], (path) => path === first),
      'the other is open',
    ).to.equal(second);
  });

  it('is denied where an instance has no events', () => {
    mkdirSync(join(first, 'instances'));
    expect(codeOf(() => TraceInstance.create({ tracefs: first, bufferKb: 64 }))).to.equal('unreadable');
  });

  it('leaves polling, and says why', () => {
    mkdirSync(join(first, 'instances'));
    const { source, polledBecause } = openBestSource(
      { procfs: '/proc', sysfs: '/sys', tracefs: first },
      () => {},
    );
    source.close();
    expect(polledBecause).to.have.property('code', 'unreadable');
  });
});
