import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import type { Cgroup } from '../../../exporter/cgroups/table.ts';
import { execs } from '../../../exporter/extractors/execs.ts';
import { Unseen } from '../../../exporter/kernel/unseen.ts';
import { AT, CONTAINER, openOnEvents, SERVICE } from '../../support/event-series.ts';
import { temporaryPaths } from '../../support/temporary.ts';

function exec(path: string | undefined, cgroup: Cgroup | undefined) {
  return { kind: 'exec', ...AT, path, absolutePath: path, cgroup } as const;
}

describe('extractor execs', () => {
  const at = temporaryPaths();

  it('counts a shell in a container by its rule and container, and the same on the host under no rule', async () => {
    const { source, scrape, close } = await openOnEvents(execs);
    source.events = [exec('/bin/sh', CONTAINER), exec('/bin/sh', SERVICE), exec('/usr/bin/ls', CONTAINER)];
    expect((await scrape()).moved).to.deep.equal([
      'kubevigil_suspicious_execs_total{rule="shell_in_container",namespace="",pod="",container="c3c3c3c3c3c3"} 1',
    ]);
    close();
  });

  it('counts what the dynamic loader starts by its own path, and what could not be told of it', async () => {
    const unseen = new Unseen();
    const { source, scrape, close } = await openOnEvents(execs, undefined, {
      unseen,
      paths: { procfs: at(), sysfs: '/sys', rootfs: '/' },
    });
    const loader = '/lib64/ld-linux-x86-64.so.2';
    const processes = [
      [11, `${loader}\0--preload\0/a.so\0/tmp/x\0y\0`],
      [12, `${loader}\0./x\0`],
      [13, `${loader}\0--list\0/tmp/x\0`],
    ] as const;
    for (const [pid, cmdline] of processes) {
      mkdirSync(at(`${pid}`));
      writeFileSync(at(`${pid}`, 'comm'), 'ld-linux-x86-64\n');
      writeFileSync(at(`${pid}`, 'cmdline'), cmdline);
    }
    symlinkSync('/dev/shm', at('12', 'cwd'));
    source.events = [11, 12, 13, 14].map((pid) => ({ ...exec(loader, CONTAINER), pid }));
    expect((await scrape()).moved).to.deep.equal([
      'kubevigil_suspicious_execs_total{rule="exec_from_temp_path",namespace="",pod="",container="c3c3c3c3c3c3"} 2',
    ]);
    expect(Object.fromEntries(unseen.counts())).to.deep.equal({ path_unresolved: 1 });
    close();
  });

  it('starts every rule at 0 for the host and for containers that are there', async () => {
    const { scrape, close } = await openOnEvents(execs);
    expect((await scrape()).lines).to.include.members([
      'kubevigil_suspicious_execs_total{rule="shell_in_container",namespace="",pod="",container=""} 0',
      'kubevigil_suspicious_execs_total{rule="shell_in_container",namespace="shop",pod="web-0",container="nginx"} 0',
    ]);
    close();
  });

  it('never counts what could not be attributed as the host, nor what has no path under a rule', async () => {
    const { source, scrape, close } = await openOnEvents(execs);
    source.events = [exec('/tmp/implant', undefined), exec(undefined, CONTAINER)];
    expect((await scrape()).moved).to.deep.equal([
      'kubevigil_suspicious_execs_total{rule="exec_from_temp_path",namespace="",pod="_unknown",container=""} 1',
    ]);
    close();
  });

  it('tells how much was seen, and nothing of losses that are not known', async () => {
    const { source, scrape, close } = await openOnEvents(execs);
    source.totals = { execs: 5, lost: undefined, unattributed: 1, startsObserved: 9 };
    const { lines, moved } = await scrape();
    expect(moved).to.deep.equal([
      'kubevigil_exec_events_total 5',
      'kubevigil_exec_events_unattributed_total 1',
      'kubevigil_process_starts_observed_total 9',
    ]);
    expect(lines.some((line) => line.startsWith('kubevigil_exec_events_lost_total'))).to.equal(false);
    close();
  });

  it('reports that the trace was denied, and what went wrong since, once', async () => {
    const denied = new SourceError('unreadable', 'tracefs', 'tracefs: EACCES');
    const { source, scrape, close } = await openOnEvents(execs, denied);
    const failure = new SourceError('failed', 'trace', 'trace: EIO');
    source.failure = failure;
    expect((await scrape()).errors).to.deep.equal([denied, failure]);
    expect((await scrape()).errors).to.deep.equal([denied]);
    close();
  });
});
