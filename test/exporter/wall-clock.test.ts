import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MatchCounts } from '../../exporter/counters/match-counts.ts';
import { isSettled } from '../../exporter/files/fingerprint.ts';
import { PodNames } from '../../exporter/kubernetes/pod-names.ts';
import { Moment } from '../../exporter/logs/moment.ts';
import { ROOT } from '../support/paths.ts';

/** What reads the wall clock, which can be set to anything at any time; all else measures on the monotonic one. */
const WALL_CLOCK_OF: Readonly<Record<string, string>> = {
  'exporter/evidence/event-book.ts': 'tells the records of one start of the agent from those of the next',
  'exporter/evidence/wall-time.ts': 'shown as a time',
  'exporter/files/fingerprint.ts': 'compared with the times of a file',
  'exporter/files/watched-pattern.ts': 'compared with the times of a file',
  'exporter/logs/moment.ts': 'compared with the times of a file',
  'exporter/program/evidence.ts': 'tells the records of one start of the agent from those of the next',
  'exporter/web/events-page.ts': 'shown as a time, in heartbeats',
  'exporter/trace/ring/stale.ts': 'compared with the times of a file',
  'exporter/rules/rule-book.ts': 'shown as a time',
};

const HOUR_MS = 3_600_000;

describe('a clock that is set forward or back', () => {
  const { now } = Date;

  afterEach(() => {
    Date.now = now;
  });

  const step = (ms: number) => {
    Date.now = () => now() + ms;
  };

  it('is read only where a time of day is meant', () => {
    const sources = readdirSync(join(ROOT, 'exporter'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `exporter/${name}`);
    const found = sources.filter((name) =>
      /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)/.test(readFileSync(join(ROOT, name), 'utf8')),
    );
    expect(found.sort()).to.deep.equal(Object.keys(WALL_CLOCK_OF).sort());
  });

  for (const ms of [HOUR_MS, -HOUR_MS]) {
    const name = ms > 0 ? 'forward' : 'back';

    it(`does not make counts vanish, set ${name}`, () => {
      const counts = new MatchCounts<{ pod: string }>([], { pod: '_other' });
      counts.add(['r'], { pod: 'a' });
      step(ms);
      expect(counts.series(['r'], [])).to.have.length(1);
    });

    it(`does not make anybody forgotten who is just gone, set ${name}`, () => {
      const names = new PodNames();
      const pod = { metadata: { uid: 'u', name: 'p', namespace: 'n' }, spec: { containers: [] } };
      const other = { metadata: { uid: 'v', name: 'q', namespace: 'n' }, spec: { containers: [] } };
      names.update(undefined, pod);
      names.update(pod, undefined);
      step(ms);
      names.update(undefined, other);
      names.update(other, undefined);
      expect(names.pod('u')).to.include({ pod: 'p' });
    });

    it(`leaves files that are not new settled, set ${name}`, () => {
      step(ms);
      expect(isSettled({ ctimeNs: BigInt(now()) * 1_000_000n })).to.equal(true);
      expect(isSettled({ ctimeNs: BigInt(Date.now()) * 1_000_000n })).to.equal(false);
    });

    it(`keeps the files made since a moment after it, set ${name}`, () => {
      const moment = new Moment(10 * HOUR_MS, 1000);
      const made = [10 * HOUR_MS + 500, 10 * HOUR_MS + 2000 + ms]; // before the step, and after
      const since = moment.earliestMs(10 * HOUR_MS + 3000 + ms, 4000);
      expect(made.every((atMs) => atMs >= since)).to.equal(true);
    });
  }

  it('that is not set leaves a moment where it was', () => {
    expect(new Moment(5000, 100).earliestMs(9000, 4100)).to.equal(5000);
  });
});
