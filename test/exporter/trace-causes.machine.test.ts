import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { needsPods, Pod } from '../support/pod.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';

/** Joins the cgroups before "--", and becomes what is after it. */
const JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';

const PATIENT = 'sleep 600';
const RULES = `rules:
  - name: long_sleep
    on: exec
    severity: info
    mitre: T1029
    description: A program that sleeps for long.
    condition: in_container && name == "sleep" && "600" in args
`;

for (const traced of [true, false]) {
  describe(`events of containers ${traced ? 'from the trace of the kernel' : 'without tracefs'}`, () => {
    const folder = temporaryFolder();
    let exporter: ExporterProcess;
    let pods: [Pod, Pod];

    const page = async () => parseSeries(await (await fetch(`http://${exporter.address}/metrics`)).text());

    /** The series of a metric that a pod, or its container, has. */
    const own = async (name: string, pod: Pod) => {
      const isOwn = (key: string) =>
        key.includes(`pod="${pod.pod}"`) || key.includes(`container="${pod.container}"`);
      return [...(await page())].filter(([key]) => key.startsWith(`kubevigil_${name}{`) && isOwn(key));
    };
    const moved = async (name: string, pod: Pod) =>
      (await own(name, pod))
        .filter(([, value]) => value > 0)
        .map(([key, value]) => [/rule="([^"]*)"/.exec(key)?.[1] ?? '', value] as const)
        .sort();
    /** Each is there at 0 before anything happens. */
    const bothAtZero = (name: string) =>
      waitFor(`${name} at 0`, async () => {
        const all = await Promise.all(pods.map((pod) => own(name, pod)));
        return all.every((series) => series.length > 0 && series.every(([, value]) => value === 0))
          ? true
          : undefined;
      });
    const untilMoved = (name: string, pod: Pod) =>
      waitFor(`${name} to move`, async () => {
        const now = await moved(name, pod);
        return now.length > 0 ? now : undefined;
      });

    before(async function () {
      needsPods.call(this);
      const tracefs = folder();
      const refusal = traced ? tracefsRefusal(tracefs) : undefined;
      if (refusal !== undefined) skip(this, refusal);
      const rules = join(folder(), 'rules.yaml');
      writeFileSync(rules, RULES);
      exporter = await startExporter(
        [
          '--kubernetes=off',
          `--rules.file=${rules}`,
          `--path.tracefs=${traced ? tracefs : join(folder(), 'none')}`,
        ],
        traced ? { wrap: seeingTracefs(tracefs) } : {},
      );
      await page();
    });
    after(() => exporter?.stop());

    beforeEach(async () => {
      pods = [new Pod(), new Pod()];
      for (const pod of pods) await pod.do('network', 'up lo');
    });
    afterEach(async () => {
      for (const pod of pods) await pod.end();
    });

    it('nothing has failed, and losses are told where they can be known', async () => {
      const now = await page();
      for (const name of ['execs', 'connections', 'container-oom']) {
        expect(now.get(`kubevigil_extractor_success{extractor="${name}"}`), name).to.equal(1);
      }
      expect(now.has('kubevigil_exec_events_lost_total')).to.equal(traced);
    });

    it('a shell in a container, and another program beside it', async () => {
      const [victim, neighbour] = pods;
      await bothAtZero('suspicious_execs_total');
      await neighbour.do('exec tail -f /dev/null');
      await victim.do('exec sleep 602'); // the image's own, as the first program of a container is
      // From outside, as a person does it; it stays, so that polling sees it too.
      const into = ['-c', JOIN, 'sh', ...victim.cgroups(), '--'];
      const shell = spawn('sh', [...into, 'sh', '-c', 'kill -STOP $$'], { stdio: 'ignore' });
      const rules = await untilMoved('suspicious_execs_total', victim);
      shell.kill('SIGKILL');
      await once(shell, 'exit');
      expect(rules.map(([rule]) => rule)).to.deep.equal(['shell_in_container']);
      expect(await moved('suspicious_execs_total', neighbour)).to.deep.equal([]);
    });

    it('a program by its arguments, and the same with others beside it', async () => {
      const [victim, neighbour] = pods;
      await bothAtZero('suspicious_execs_total');
      await neighbour.do('exec sleep 601');
      await victim.do(`exec ${PATIENT}`);
      expect(await untilMoved('suspicious_execs_total', victim)).to.deep.equal([['long_sleep', 1]]);
      expect(await moved('suspicious_execs_total', neighbour)).to.deep.equal([]);
    });

    it('a connection to a port of mining pools, and listeners beside it', async () => {
      const [victim, neighbour] = pods;
      await bothAtZero('outbound_destinations_total');
      await neighbour.do('listen 3333 5', 'udp 53', 'raw r');
      await victim.do('tun t0 10.9.0.1', 'begin a 10.9.0.2 3333', 'begin b 10.9.0.2 3333');
      expect(await untilMoved('outbound_destinations_total', victim)).to.deep.equal([
        ['cluster_destination', 1],
        ['mining_port', 1],
      ]);
      expect(await moved('outbound_destinations_total', neighbour)).to.deep.equal([]);
    });

    it('a process that the kernel killed for want of memory, and one that has enough', async function () {
      const [victim, neighbour] = pods;
      const limited = victim.cgroup('memory');
      if (limited === undefined) skip(this, 'no memory controller of version 1');
      await bothAtZero('container_oom_kills_total');
      writeFileSync(join(limited, 'memory.limit_in_bytes'), '33554432');
      await neighbour.do('memory 60');
      await victim.do('exec perl -e $x="x"x200_000_000');
      expect(await untilMoved('container_oom_kills_total', victim)).to.deep.equal([['', 1]]);
      expect(await moved('container_oom_kills_total', neighbour)).to.deep.equal([]);
    });
  });
}
