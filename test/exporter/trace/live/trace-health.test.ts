import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../../exporter/base/errors.ts';
import { Silence } from '../../../../exporter/trace/live/silence.ts';
import { TraceHealth } from '../../../../exporter/trace/live/trace-health.ts';

const SECOND_NS = 1e9;

describe('whether the trace still tells what happens', () => {
  let procfs: string;

  beforeEach(() => {
    procfs = mkdtempSync(join(tmpdir(), 'kubevigil-health-'));
  });

  afterEach(() => rmSync(procfs, { recursive: true }));

  const forks = (count: number) => writeFileSync(join(procfs, 'stat'), `cpu  1\nprocesses ${count}\n`);

  it('names what somebody turned off, once', () => {
    forks(1);
    const off = ['tracing_on', 'tracing_on', 'events/sched/sched_process_exec/enable'];
    const health = new TraceHealth(procfs, () => off.splice(0));
    expect(() => health.look(0, 0))
      .to.throw(SourceError, 'turned off tracing_on, events/sched/sched_process_exec/enable;')
      .with.property('code', 'failed');
    health.look(0, 10 * SECOND_NS);
  });

  it('tells that buffers stay empty while processes are started', () => {
    const health = new TraceHealth(procfs, () => []);
    forks(100);
    health.look(5, 0);
    forks(150);
    health.look(5, 10 * SECOND_NS);
    expect(() => health.look(5, 20 * SECOND_NS))
      .to.throw(SourceError, 'told nothing of 50 starts')
      .with.property('code', 'failed');
    health.look(6, 30 * SECOND_NS);
    health.look(6, 40 * SECOND_NS);
  });

  it('fails when the count of forks cannot be read', () => {
    expect(() => new TraceHealth(procfs, () => []).look(0, 0)).to.throw(SourceError);
  });

  it('looks at most every five seconds, however many come for events', () => {
    forks(1);
    let looks = 0;
    const health = new TraceHealth(procfs, () => {
      looks += 1;
      return [];
    });
    for (let nowNs = 0; nowNs < 60 * SECOND_NS; nowNs += SECOND_NS) health.look(0, nowNs);
    expect(looks).to.equal(12);
  });

  it('raises no false alarm when a start is told by the next look, however many there are and whenever', () => {
    // Between two looks: forks before the trace is read, and after that, which are told one look later.
    const between = fc.record({ told: fc.nat(30), late: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(between), (looks) => {
        const silence = new Silence();
        let [forked, told, late] = [0, 0, 0];
        for (const look of looks) {
          told += late + look.told;
          forked += look.told + look.late;
          late = look.late;
          expect(silence.look(told, forked)).to.equal(0);
        }
      }),
    );
  });

  it('alarms at the second look after ten forks of which nothing was told', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.integer({ min: 10, max: 1000 }), (forked, told, more) => {
        const silence = new Silence();
        silence.look(told, forked);
        expect(silence.look(told, forked + more)).to.equal(0);
        expect(silence.look(told, forked + more)).to.equal(more);
      }),
    );
  });
});
