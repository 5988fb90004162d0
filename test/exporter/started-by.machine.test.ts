import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Container } from '@kubernetes/client-node';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { STARTED_BY } from '../../exporter/catalogue/events/fields.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { ApiServer } from '../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { OciPod, runToEnd } from '../support/oci-containers.ts';
import { needsPods } from '../support/pod.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';

const SHELL = 'shell_in_container';
const PROBE = ['sh', '-c', 'test -d /proc && exit 0 # alive'];
const HOOK = ['sh', '-c', 'exit 0 # drain'];
const TIMES = 20;
/** How long ordinary life is watched; an hour by KUBEVIGIL_LIFE_SECONDS=3600. */
const LIFE_SECONDS = Number(process.env['KUBEVIGIL_LIFE_SECONDS'] ?? 3);
/** In each such second a probe; a hook and a job that is full of shells every so often. */
const SECONDS_PER_HOOK = 3;
const SECONDS_PER_JOB = 3;

const rule = (name: string, condition: string) => ({
  name,
  on: 'exec',
  severity: 'info',
  mitre: 'T1609',
  description: name,
  condition,
});
/** A rule for each answer, so that the page shows which one was given. */
const RULES = [
  ...STARTED_BY.map((by) => rule(by, `in_container && name == "sh" && started_by == "${by}"`)),
  rule('as_told', 'in_container && name == "sh" && started_by == "exec" && uid == 0 && !tty && cwd == "/"'),
  rule('on_tty', 'in_container && name == "sh" && tty'),
  rule('by_runtime', 'in_container && name == "sh" && parent_name in ["runc", "crun"]'),
  rule('by_perl', 'in_container && name == "sh" && parent_name == "perl"'),
  rule('of_image', 'in_container && image == "registry.example/app:1"'),
  ...['probed', 'beside', 'living'].map((one) =>
    rule(`told_${one}`, `in_container && container == "${one}" && name == "sh" && started_by == "nobody"`),
  ),
  rule('with_words', 'in_container && name == "sh" && args == ["sh", "-c", "exit 0 # brief"]'),
];

/** A web service: listens, then starts what the file /tmp/todo says, word for word, each time that it is there. */
const SERVICE = `use Socket; socket(S, PF_INET, SOCK_STREAM, 0) or die; bind(S, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die $!; listen(S, 9) or die;
  sub todo { my ($f) = @_; open(my $in, "<", $f) or return; my @words = split /\\0/, <$in>; unlink $f; system { "/bin/sh" } @words; open(my $out, ">", "$f.done") }
  while (1) { todo("/tmp/todo"); select(undef, undef, undef, 0.02) }`;
/** Cron of an image, as its only child is: starts what the file /tmp/job says. */
const CRON = `#!/usr/bin/perl\n${SERVICE.slice(SERVICE.indexOf('sub todo')).replace('/tmp/todo', '/tmp/job')}`;
/** An entry point of an image: a script that starts shells, cron, a loop of its own, and at last the service in its place. */
const ENTRY = `#!/bin/sh
i=0; while [ $i -lt ${TIMES} ]; do sh -c 'sh -c :; :'; i=$((i+1)); done
/crond &
(while :; do [ -e /tmp/renew ] && rm /tmp/renew && sh -c : ; sleep 0.3; done) &
exec perl -e '${SERVICE}'
`;

const JOB = "#!/bin/sh\nfor i in 1 2 3; do sh -c 'sh -c :; :'; done\nbash -c ':'\n";

/** Perl: joins the cgroups in the arguments up to "--". */
const JOIN =
  'while ((my $c = shift) ne "--") { open(F, ">", "$c/cgroup.procs") or die "$c: $!"; print F $$; close F; }';

for (const name of ['runc', 'crun'] as const) {
  describe(`who starts shells in containers of ${name}`, () => {
    const folder = temporaryFolder();
    const api = new ApiServer();
    let exporter: ExporterProcess | undefined;
    let opened: OciPod | undefined;
    let restart: () => Promise<ExporterProcess>;
    const containers: V1Container[] = [];
    const ids = new Map<string, string>();

    const pod = (): OciPod => {
      if (opened === undefined) throw new Error('the runtime was not opened');
      return opened;
    };
    const page = async () => parseSeries(await (await fetch(`http://${exporter?.address}/metrics`)).text());

    /** By rule, how often each matched in a container. */
    async function counts(container: string): Promise<Record<string, number>> {
      const id = ids.get(container)?.slice(0, 12);
      const found: Record<string, number> = {};
      for (const [key, value] of await page()) {
        const [, of, where] =
          /^kubevigil_suspicious_execs_total\{rule="(\w+)",.*container="(.*)"\}$/.exec(key) ?? [];
        if (of !== undefined && (where === container || where === id) && value > 0)
          found[of] = (found[of] ?? 0) + value;
      }
      return found;
    }

    /** How often it could not be told whether a shell is what the rule is for. */
    const undecided = async (container: string) =>
      (await page()).get(`kubevigil_rule_missing_fields_total{rule="told_${container}"}`) ?? 0;

    async function shows(
      container: string,
      expected: Record<string, number>,
    ): Promise<Record<string, number>> {
      let last: Record<string, number> = {};
      try {
        return await waitFor(`${container}: ${JSON.stringify(expected)}`, async () => {
          last = await counts(container);
          return Object.entries(expected).every(([key, value]) => (last[key] ?? 0) >= value)
            ? last
            : undefined;
        });
      } catch (error) {
        throw new Error(`${String(error)}; there are ${JSON.stringify(last)}`);
      }
    }

    /** Tells the API server of the pod as it is now. */
    function publish(): void {
      const statuses = [...ids].map(([container, id]) => ({
        name: container,
        containerID: `containerd://${id}`,
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
      }));
      api.put({
        metadata: { uid: pod().uid, name: 'web', namespace: 'shop' },
        spec: { nodeName: 'node-7', containers: [...containers] },
        status: { phase: 'Running', containerStatuses: statuses },
      });
    }

    /** Starts a container of the pod, of which the API server knows. */
    async function start(
      container: string,
      args: readonly string[],
      files: Readonly<Record<string, string>> = {},
      spec: Partial<V1Container> = {},
    ): Promise<{ id: string; rootfs: string }> {
      const bundle = pod().bundle(args);
      const rootfs = join(bundle.folder, 'rootfs');
      for (const [path, text] of Object.entries(files))
        writeFileSync(join(rootfs, path), text, { mode: 0o755 });
      containers.push({ name: container, image: 'registry.example/app:1', ...spec });
      publish();
      await pod().start(bundle);
      ids.set(container, bundle.id);
      publish();
      return { id: bundle.id, rootfs };
    }

    /** All shells of the pod that an alert would be about. */
    async function accused(): Promise<number> {
      return [...(await page())]
        .filter(
          ([key]) =>
            key.startsWith(`kubevigil_suspicious_execs_total{rule="${SHELL}"`) && key.includes('pod="web"'),
        )
        .reduce((sum, [, value]) => sum + value, 0);
    }

    /** A container that is nothing but shells and over at once, of which the API server never hears. */
    async function runJob(): Promise<void> {
      const bundle = pod().bundle(['/job.sh']);
      writeFileSync(join(bundle.folder, 'rootfs', 'job.sh'), JOB, { mode: 0o755 });
      await pod().do('run', '--bundle', bundle.folder, bundle.id);
    }

    /** Has the service or cron in a container start a shell with these words. */
    async function have(rootfs: string, file: string, words: readonly string[]): Promise<void> {
      writeFileSync(join(rootfs, 'tmp', `.${file}`), words.join('\0'));
      await runToEnd(
        ['mv', join(rootfs, 'tmp', `.${file}`), join(rootfs, 'tmp', file)],
        process.env,
        join(folder(), 'log'),
      );
    }

    before(async function () {
      needsPods.call(this);
      const tracefs = folder();
      const refusal = tracefsRefusal(tracefs);
      if (refusal !== undefined) skip(this, refusal);
      try {
        opened = await OciPod.open(name, folder());
        await opened.start();
      } catch (error) {
        skip(this, `no container of ${name} can run here: ${String(error)}`);
      }
      await api.start();
      const file = join(folder(), 'rules.yaml');
      writeFileSync(file, stringify({ rules: RULES }));
      const flags = ['--node-name=node-7', `--rules.file=${file}`, `--path.tracefs=${tracefs}`];
      const env = { KUBECONFIG: api.writeKubeconfig(folder()) };
      restart = async () => {
        const watches = api.watches;
        const started = await startExporter(flags, { wrap: seeingTracefs(tracefs), env });
        await waitFor('the watch', () => api.watches > watches || undefined);
        return started;
      };
      exporter = await restart();
    });
    after(async () => {
      await exporter?.stop();
      await opened?.end();
      await api.stop();
    });

    it('probes and hooks are the pod’s own, word for word, and no others', async () => {
      const lifecycle = { preStop: { exec: { command: HOOK } } };
      const spec = { livenessProbe: { exec: { command: PROBE } }, lifecycle };
      const { id, rootfs } = await start('probed', ['sleep', '600'], {}, spec);
      const missed = await undecided('probed');
      for (let i = 0; i < TIMES; i++) await pod().execByFile(id, PROBE);
      await pod().do('exec', id, ...PROBE);
      await pod().execByFile(id, HOOK);
      const quiet = await shows('probed', { by_runtime: TIMES + 2 });
      expect(quiet).not.to.have.any.keys('exec', SHELL);
      // On a machine that is busy enough a runtime ends before anybody saw what it was told: that is counted, and nothing else.
      const seen = (quiet['probe'] ?? 0) + (quiet['hook'] ?? 0);
      expect(seen + (await undecided('probed')) - missed).to.equal(TIMES + 2);
      expect(seen).to.be.greaterThan(0);
      // A person who stays: with other words, with words beside, and on a terminal.
      const stays = 'i=0; while [ $i -lt 50 ]; do read line </tmp/go && exit; sleep 0.2; i=$((i+1)); done';
      const staying = [
        pod().do('exec', id, 'sh', '-c', stays),
        pod().execByFile(id, [...PROBE.slice(0, 2), stays, 'x']),
      ];
      const { command, env } = pod().command('exec', '--tty', id, 'sh', '-c', stays);
      const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
      staying.push(runToEnd(['script', '-qefc', quoted, '/dev/null'], env, join(folder(), 'log')));
      const loud = await shows('probed', { exec: 3, [SHELL]: 3, on_tty: 1 });
      expect(loud).to.deep.include({ exec: 3, [SHELL]: 3, on_tty: 1 });
      writeFileSync(join(rootfs, 'tmp', 'go'), 'go\n');
      await Promise.all(staying);
    });

    it('also where the runtime runs in a cgroup of the pod, as below CRI-O’s conmon', async () => {
      const { id } = await start(
        'beside',
        ['sleep', '600'],
        {},
        { livenessProbe: { exec: { command: PROBE } } },
      );
      const scope = pod().folders(join(pod().path, `crio-conmon-${id}.scope`));
      for (const each of scope) mkdirSync(each, { recursive: true });
      const missed = await undecided('beside');
      const { command, env } = pod().command('exec', id, ...PROBE);
      const inScope = ['perl', '-e', `${JOIN} exec @ARGV`, ...scope, '--', ...command];
      for (let i = 0; i < TIMES; i++) await runToEnd(inScope, env, join(folder(), 'log'));
      const seen = await shows('beside', { by_runtime: TIMES });
      expect(seen).not.to.have.any.keys('exec', SHELL);
      expect((seen['probe'] ?? 0) + (await undecided('beside')) - missed).to.equal(TIMES);
      expect(seen['probe']).to.be.greaterThan(0);
    });

    it(`${LIFE_SECONDS} seconds of probes, hooks and entry points accuse nobody`, async function () {
      const minutes = 10 + LIFE_SECONDS / 30;
      this.timeout(minutes * 60_000);
      const lifecycle = { preStop: { exec: { command: HOOK } } };
      const spec = { livenessProbe: { exec: { command: PROBE } }, lifecycle };
      const { id } = await start('living', ['sleep', String(minutes * 60)], {}, spec);
      const [missed, before] = [await undecided('living'), await accused()];
      let started = 0;
      for (let second = 0; second < LIFE_SECONDS; second++) {
        const rest = sleep(1_000);
        started += 1;
        await pod().execByFile(id, PROBE);
        if (second % SECONDS_PER_HOOK === 0) {
          started += 1;
          await pod().execByFile(id, HOOK);
        }
        if (second % SECONDS_PER_JOB === 0) await runJob();
        await rest;
      }
      const seen = await shows('living', { by_runtime: started });
      expect(await accused()).to.equal(before);
      expect((seen['probe'] ?? 0) + (seen['hook'] ?? 0) + (await undecided('living')) - missed).to.equal(
        started,
      );
    });

    it('an entry point’s shells are the image’s, as are its cron’s and those of its own loop, and a service’s are not', async () => {
      const spec = { livenessProbe: { exec: { command: PROBE } } };
      const { rootfs } = await start('served', ['/entry.sh'], { 'entry.sh': ENTRY, crond: CRON }, spec);
      // Shells in shells, and the service that was started by one.
      const begun = await shows('served', { entrypoint: 2 * TIMES });
      expect(begun).to.deep.equal({ entrypoint: 2 * TIMES, of_image: begun['of_image'] });
      await have(rootfs, 'job', ['sh', '-c', 'sh -c :; :']);
      await shows('served', { cron: 2 });
      writeFileSync(join(rootfs, 'tmp', 'renew'), '');
      expect(await shows('served', { entrypoint: 2 * TIMES + 1 })).not.to.have.property(SHELL);
      // What an intruder makes the service do, also in the words of the probe.
      await have(rootfs, 'todo', ['sh', '-c', ':']);
      await shows('served', { service: 1 });
      await have(rootfs, 'todo', PROBE);
      const seen = await shows('served', { service: 2 });
      expect(seen).to.deep.include({ service: 2, [SHELL]: 2, cron: 2, entrypoint: 2 * TIMES + 1 });
      expect(seen).not.to.have.property('probe');
    });

    it('what the runtime was told is known of a program that has ended: user, terminal, folder, words', async () => {
      const { id } = await start('brief', ['sleep', '600']);
      for (let i = 0; i < TIMES; i++) await pod().execByFile(id, ['sh', '-c', 'exit 0 # brief']);
      const seen = await shows('brief', { exec: TIMES, by_runtime: TIMES, [SHELL]: TIMES });
      expect(seen).to.deep.include({ exec: TIMES, by_runtime: TIMES, [SHELL]: TIMES });
      // Where nobody saw it in time it is absent, and never another.
      expect(seen['with_words']).to.be.within(1, TIMES);
      expect(seen['as_told']).to.be.within(1, TIMES);
    });

    it('an agent that comes later finds out by what runs', async () => {
      // Another one, from now on.
      const before = exporter;
      const { rootfs } = await start('older', ['/entry.sh'], { 'entry.sh': ENTRY, crond: CRON });
      await shows('older', { entrypoint: 2 * TIMES });
      exporter = await restart();
      await before?.stop();
      await have(rootfs, 'todo', ['sh', '-c', ':']);
      await shows('older', { service: 1, [SHELL]: 1 });
      await pod().execByFile(ids.get('brief') ?? '', ['sh', '-c', ':']);
      await shows('brief', { exec: 1, [SHELL]: 1 });
    });
  });
}
