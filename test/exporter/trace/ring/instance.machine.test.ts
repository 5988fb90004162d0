import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../../../exporter/base/errors.ts';
import { TraceInstance } from '../../../../exporter/trace/ring/instance.ts';
import { useKernel } from '../support/kernel.ts';

const EVENT = 'sched/sched_process_exec';
const FILTER = 'pid > 1';

describe('a trace instance on this kernel', () => {
  const kernel = useKernel();
  let instance: TraceInstance;

  beforeEach(() => {
    const { tracefs, prefix } = kernel();
    instance = TraceInstance.create({ tracefs, prefix, bufferKb: 64 });
  });

  afterEach(() => instance?.close());

  it('tells an event that this kernel does not have from one that cannot be turned on', () => {
    expect(() => instance.format('sched/none'))
      .to.throw(SourceError)
      .with.property('code', 'absent');
    expect(() => instance.enable('sched/none'))
      .to.throw(SourceError, 'cannot be turned on')
      .with.property('code', 'failed');
  });

  it('turns on again what somebody turned off, with its filter, and nothing else', () => {
    const set = (file: string, value: string) => writeFileSync(join(instance.path, file), value);
    const shown = (file: string) => readFileSync(join(instance.path, file), 'utf8').trim();
    instance.enable(EVENT, FILTER);
    expect(instance.restore()).to.deep.equal([]);
    set(`events/${EVENT}/enable`, '0');
    set(`events/${EVENT}/filter`, '0');
    set('tracing_on', '0');
    expect(instance.restore()).to.have.members([`events/${EVENT}/enable`, 'tracing_on']);
    expect(shown(`events/${EVENT}/enable`)).to.equal('1');
    expect(shown(`events/${EVENT}/filter`)).to.equal(FILTER);
    expect(shown('tracing_on')).to.equal('1');
    instance.disable(EVENT);
    expect(instance.restore(), 'what we turned off ourselves').to.deep.equal([]);
    expect(shown(`events/${EVENT}/enable`)).to.equal('0');
  });
});
