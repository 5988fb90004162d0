import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { OciPod, runToEnd } from '../support/oci-containers.ts';
import { findOciProgram } from '../support/oci-programs.ts';
import { needsPods } from '../support/pod.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';

const TIMES = 8;
const MEMORY = 'exec_from_memory_in_container';
const ANY = 'any_in_container';
const RULES = `rules:
  - name: ${ANY}
    on: exec
    severity: info
    mitre: T1609
    description: Any program in a container.
    condition: in_container
`;

/** Perl: executes a copy of sleep that is in memory alone, for 10 ms, by the path that the argument makes of its descriptor. */
const MEMFD = `my $create = { x86_64 => 319, aarch64 => 279 }->{ (POSIX::uname())[4] };
  my $name = "hidden\\0"; my $fd = syscall($create, $name, 0); open(my $out, ">&=", $fd) or die; binmode $out;
  open(my $in, "<", "/bin/sleep") or die; binmode $in; { local $/; syswrite($out, scalar <$in>); }
  my $path = shift; $path =~ s/N/$fd/; exec { $path } "hidden", "0.01"; die "$path: $!";`;

/** Perl: joins the cgroups in the arguments up to "--". */
const JOIN =
  'while ((my $c = shift) ne "--") { open(F, ">", "$c/cgroup.procs") or die "$c: $!"; print F $$; close F; }';

const perl = (code: string) => ['perl', '-MPOSIX', '-e', code];

for (const name of ['runc', 'crun'] as const) {
  describe(`containers of ${name}`, () => {
    const folder = temporaryFolder();
    let exporter: ExporterProcess | undefined;
    let pod: OciPod | undefined;

    const page = async () => parseSeries(await (await fetch(`http://${exporter?.address}/metrics`)).text());
    /** How often a rule matched in a container, by the label that it has without names. */
    const matches = async (rule: string, container: string) =>
      [...(await page())]
        .filter(([key]) => key.startsWith(`kubevigil_suspicious_execs_total{rule="${rule}"`))
        .filter(([key]) => key.includes(`container="${container.slice(0, 12)}"`))
        .reduce((sum, [, value]) => sum + value, 0);
    const theOnly = <T>(value: T | undefined): T => {
      if (value === undefined) throw new Error('the runtime was not opened');
      return value;
    };
    const host = (command: readonly string[], env = process.env) =>
      runToEnd(command, env, join(folder(), 'log'));

    before(async function () {
      needsPods.call(this);
      const tracefs = folder();
      const refusal = tracefsRefusal(tracefs);
      if (refusal !== undefined) skip(this, refusal);
      try {
        pod = await OciPod.open(name, folder());
        await pod.start();
      } catch (error) {
        skip(this, `no container of ${name} can run here: ${String(error)}`);
      }
      const rules = join(folder(), 'rules.yaml');
      writeFileSync(rules, RULES);
      const flags = ['--kubernetes=off', `--rules.file=${rules}`, `--path.tracefs=${tracefs}`];
      exporter = await startExporter(flags, { wrap: seeingTracefs(tracefs) });
    });
    after(async () => {
      await exporter?.stop();
      await pod?.end();
    });

    it('have their own programs counted, and none of the runtime', async () => {
      const containers = theOnly(pod);
      const ids = [];
      for (let i = 0; i < TIMES; i++) ids.push(await containers.start());
      const [id = ''] = ids;
      for (let i = 0; i < TIMES; i++) await containers.do('exec', id, 'true');
      await waitFor('all programs', async () => (await matches(ANY, id)) > TIMES);
      expect(await matches(ANY, id)).to.equal(1 + TIMES);
      for (const one of ids.slice(1)) expect(await matches(ANY, one)).to.equal(1);
      for (const one of ids) expect(await matches(MEMORY, one)).to.equal(0);
    });

    for (const path of ['/proc/self/fd/N', '/dev/fd/N', '/proc/$$/fd/N']) {
      it(`a program in memory that lives 10 ms is seen each time, as ${path}`, async () => {
        const containers = theOnly(pod);
        const id = await containers.start();
        const code = MEMFD.replace('shift;', () => `"${path}";`);
        // A /dev that a runtime fills has this link.
        const dev = 'symlink "/proc/self/fd", "/dev/fd";';
        for (let i = 0; i < TIMES; i++) await containers.do('exec', id, ...perl(dev + code));
        await waitFor('all of them', async () => (await matches(ANY, id)) > 2 * TIMES);
        expect(await matches(MEMORY, id)).to.equal(TIMES);
      });
    }

    it('so is one of a process of the host that went into the container by itself, or was put there', async () => {
      const containers = theOnly(pod);
      const id = await containers.start();
      const into = [...containers.folders(join(containers.path, id)), '--', '/proc/self/fd/N'];
      await host([...perl(JOIN + MEMFD), ...into]);
      await host([
        ...perl(`my $p = fork; if (!$p) { ${JOIN} ${MEMFD} } waitpid $p, 0; exit $? >> 8`),
        ...into,
      ]);
      await waitFor('both', async () => (await matches(ANY, id)) > 2);
      expect(await matches(MEMORY, id)).to.equal(2);
    });

    it('are not blamed for what watches them in their pod, as conmon does', async function () {
      const containers = theOnly(pod);
      const conmon = await findOciProgram('conmon').catch((error: Error) => skip(this, error.message));
      const { id, folder: bundle } = containers.bundle();
      const [file = '', ...rest] = containers.command().command;
      // As CRI-O does it; conmon takes the runtime as one program.
      const runtime = join(bundle, 'runtime');
      const quoted = [file, ...rest].map((word) => `'${word}'`).join(' ');
      writeFileSync(runtime, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
      const scope = containers.folders(join(containers.path, `crio-conmon-${id}.scope`));
      for (const each of scope) mkdirSync(each, { recursive: true });
      const flags = [`--cid=${id}`, `--cuuid=${id}`, `--runtime=${runtime}`, `--bundle=${bundle}`];
      const folders = [`--socket-dir-path=${bundle}`, `--exit-dir=${bundle}`];
      const files = [`--container-pidfile=${bundle}/pid`, `--log-path=k8s-file:${bundle}/log`];
      const command = [conmon.file, ...flags, ...folders, ...files];
      const { env: own } = containers.command();
      const libraries = [own, conmon.env].map(({ LD_LIBRARY_PATH: path = '' }) => path).join(':');
      const env = { ...own, LD_LIBRARY_PATH: libraries };
      await host(['perl', '-e', `${JOIN} exec @ARGV`, ...scope, '--', ...command], env);
      await waitFor('conmon to have made the container', () => existsSync(join(bundle, 'pid')));
      await containers.do('start', id);
      for (let i = 0; i < TIMES; i++) {
        const { command: exec } = containers.command('exec', id, 'true');
        await host(['perl', '-e', `${JOIN} exec @ARGV`, ...scope, '--', ...exec], env);
      }
      await waitFor('all programs', async () => (await matches(ANY, id)) > TIMES);
      expect(await matches(ANY, id)).to.equal(1 + TIMES);
      for (const rule of [ANY, MEMORY]) expect(await matches(rule, containers.uid), rule).to.equal(0);
      expect(await matches(MEMORY, id)).to.equal(0);
    });
  });
}
