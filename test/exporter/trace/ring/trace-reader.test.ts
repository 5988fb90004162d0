import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../../exporter/base/errors.ts';
import type { Cgroup } from '../../../../exporter/cgroups/table.ts';
import { type Attributed, Attribution } from '../../../../exporter/trace/attribution/attribution.ts';
import type { RecordSink } from '../../../../exporter/trace/ring/decode.ts';
import { type Subscription, TraceReader } from '../../../../exporter/trace/ring/trace-reader.ts';
import { FakeInstance, record } from '../support/fake-instance.ts';

const SUBSCRIPTIONS: readonly Subscription[] = [
  { event: 'cgroup/cgroup_attach_task' },
  { event: 'task/task_newtask' },
  { event: 'sched/sched_process_exec' },
];

const exec = (pid: number) => record('sched/sched_process_exec', { pid, old_pid: pid }, '/bin/true');
const attach = (pid: number, id: number) =>
  record('cgroup/cgroup_attach_task', { pid, dst_id: id }, `/pod${id}`);

describe('reading the trace of CPUs that come and go', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-cpus-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** A reader of the instance, and in which cgroup each exec was counted; pid 100 is in /host. */
  function reading(instance: FakeInstance) {
    const host: Cgroup = { id: 1, path: '/host' };
    const none = () => undefined;
    const nobody = { of: none, leaderOf: none, placed: none, containerOf: none, isShellScript: () => false };
    const attribution = new Attribution(nobody, true);
    attribution.seed(100, [100], host, 0);
    const found: (string | undefined)[] = [];
    const sink: RecordSink = {
      newTask: (timeNs, parent, child, flags) => attribution.newTask(timeNs, parent, child, flags),
      attach: (pid, id = 0, path) => attribution.attach(pid, { id, path: path() }),
      exit: () => undefined,
      exec: (timeNs, pid, oldPid, path) => {
        const event: Attributed = { cgroup: undefined };
        attribution.exec(timeNs, pid, oldPid, path, event);
        found.push(event.cgroup?.path);
      },
      connect: () => undefined,
      listening: () => undefined,
      oom: () => undefined,
    };
    let gaps = 0;
    const onLoss = () => {
      gaps += 1;
      attribution.forgetAll();
    };
    const options = { sysfs: instance.sysfs, bufferKb: 64 };
    return {
      reader: new TraceReader(instance, options, SUBSCRIPTIONS, sink, onLoss),
      found,
      gaps: () => gaps,
    };
  }

  it('reads a CPU that came online from its first record on: no exec has a wrong owner', () => {
    const instance = new FakeInstance(folder, 2);
    instance.online('0');
    const { reader, found } = reading(instance);
    instance.write(0, 1000, exec(100));
    reader.drain();
    instance.online('0-1');
    instance.write(1, 2000, attach(100, 7));
    instance.write(0, 3000, exec(100));
    reader.drain();
    reader.close();
    expect(found).to.deep.equal(['/host', '/pod7']);
  });

  it('goes on with what a CPU recorded before it went offline', () => {
    const instance = new FakeInstance(folder, 2);
    instance.online('0-1');
    const { reader, found } = reading(instance);
    instance.write(1, 2000, attach(100, 7));
    instance.online('0');
    instance.write(0, 3000, exec(100));
    reader.drain();
    instance.online('0-1');
    instance.write(1, 4000, exec(100));
    reader.drain();
    reader.close();
    expect(found).to.deep.equal(['/pod7', '/pod7']);
  });

  it('reads nothing rather than some CPUs only, when it is not to be seen which there are', () => {
    const instance = new FakeInstance(folder, 2);
    instance.online('0');
    const { reader, found } = reading(instance);
    instance.write(0, 1000, exec(100));
    instance.online('');
    expect(() => reader.drain()).to.throw(SourceError);
    expect(found).to.deep.equal([]);
    instance.online('0-1');
    reader.drain();
    reader.close();
    expect(found, 'and all once it is').to.deep.equal(['/host']);
  });

  it('takes what was turned off meanwhile for a gap', () => {
    const instance = new FakeInstance(folder, 1);
    instance.online('0');
    const { reader, found, gaps } = reading(instance);
    expect(reader.restore()).to.deep.equal([]);
    expect(gaps()).to.equal(0);
    instance.off = ['tracing_on'];
    expect(reader.restore()).to.deep.equal(['tracing_on']);
    expect(gaps()).to.equal(1);
    instance.write(0, 1000, exec(100));
    reader.drain();
    reader.close();
    expect(found, 'it may have been moved').to.deep.equal([undefined]);
  });

  it('counts every exec where its process was, whichever CPUs come online when', () => {
    const step = fc.record({
      cpu: fc.nat(3),
      what: fc.constantFrom<'exec' | 'attach'>('exec', 'attach'),
      cgroup: fc.integer({ min: 2, max: 4 }),
      drain: fc.boolean(),
    });
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        run += 1;
        const instance = new FakeInstance(join(folder, String(run)), 4);
        const online = new Set([0]);
        const show = () => instance.online([...online].sort().join(','));
        show();
        const { reader, found } = reading(instance);
        let where = '/host';
        const expected: string[] = [];
        for (const [i, { cpu, what, cgroup, drain }] of steps.entries()) {
          online.add(cpu);
          show();
          instance.write(cpu, 1000 * (i + 1), what === 'exec' ? exec(100) : attach(100, cgroup));
          if (what === 'attach') where = `/pod${cgroup}`;
          else expected.push(where);
          if (drain) reader.drain();
        }
        reader.drain();
        reader.close();
        expect(found).to.deep.equal(expected);
      }),
      { numRuns: 40 },
    );
  });
});
