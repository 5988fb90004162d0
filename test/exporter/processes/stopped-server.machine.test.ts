import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readlinkSync, unlinkSync } from 'node:fs';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { type ExporterProcess, startExporter } from '../../support/exporter.ts';
import { type FuseMount, fuseMount } from '../../support/fuse-mount.ts';
import { parseSeries } from '../../support/series.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const successOf = (extractor: string) => `kubevigil_extractor_success{extractor="${extractor}"}`;
const UNANSWERED = 'kubevigil_unseen_total{reason="mount_unresponsive"}';
const OVERLAY =
  'mount -t overlay overlay -o lowerdir="$0":/usr/share/doc "$1" && umount -l "$0" && exec "$1/program" 600';
/** An agent that hangs answers never; a busy machine's may take its time. */
const ANSWER_MS = 120_000;

describe('a process whose filesystem has a server that is stopped', () => {
  const at = temporaryPaths();
  const children: ChildProcess[] = [];
  let mount: FuseMount | undefined;
  let exporter: ExporterProcess | undefined;

  function run(command: string, args: readonly string[], cwd = '/'): void {
    children.push(spawn(command, args, { cwd, stdio: 'ignore' }));
  }

  async function get(path: string): Promise<string> {
    const response = await fetch(`http://${exporter?.address}${path}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    expect(response.status).to.equal(200);
    return response.text();
  }

  const scrape = async () =>
    parseSeries(await get('/metrics?collect[]=processes&collect[]=sniffers&collect[]=execs'));

  const suspicious = (series: ReadonlyMap<string, number>, kind: string) =>
    [...series]
      .filter(
        ([name]) => name.startsWith('kubevigil_suspicious_processes{') && name.includes(`kind="${kind}"`),
      )
      .reduce((sum, [, value]) => sum + value, 0);

  const counted = (series: ReadonlyMap<string, number>) =>
    [...series]
      .filter(([name]) => name.startsWith('kubevigil_processes{'))
      .reduce((sum, [, value]) => sum + value, 0);

  beforeEach(async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can mount');
    mkdirSync(at('mount'));
    mkdirSync(at('over'));
    const mounted = fuseMount(at('mount'), '/bin/sleep');
    if (typeof mounted === 'string') skip(this, mounted);
    mount = mounted;
    run(at('mount', 'program'), ['600']);
    // An overlay over it, made where the host does not see it, is asked for in its place.
    run('unshare', ['--mount', 'sh', '-c', OVERLAY, at('mount'), at('over')]);
    run('perl', ['-e', 'chroot $ARGV[0] and sleep 600', at('mount')]);
    run('sleep', ['600'], at('mount'));
    copyFileSync('/bin/sleep', at('gone'));
    chmodSync(at('gone'), 0o755);
    run(at('gone'), ['600']);
    await Promise.all(children.map((child) => once(child, 'spawn')));
    await waitFor('them all to run from where they shall', () => {
      const links = children.flatMap(({ pid }) =>
        ['exe', 'root'].map((link) => readlinkSync(`/proc/${pid}/${link}`)),
      );
      return links.includes(at('over', 'program')) && links.includes(at('mount'));
    });
    unlinkSync(at('gone'));
  });

  afterEach(async () => {
    await mount?.end();
    mount = undefined;
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await exporter?.stop();
    exporter = undefined;
  });

  const lateLines = () => exporter?.log().match(/proc\/<?\w+>?\/exe: did not answer/g) ?? [];

  /** Scrapes until the look at what the server has is given up. */
  const givenUp = () =>
    waitFor('the look to be given up', async () => {
      const page = await scrape();
      return lateLines().length > 0 ? page : undefined;
    });

  it('is counted, its executable unknown, and takes nothing from the others', async () => {
    mount?.stop();
    exporter = await startExporter();
    const first = await scrape();
    expect(suspicious(first, 'deleted_exe')).to.be.at.least(1);
    expect(counted(first)).to.be.at.least(children.length + 1);
    const series = await givenUp();
    expect(series.get(successOf('processes'))).to.equal(0);
    expect(series.get(UNANSWERED)).to.be.at.least(1);
    expect(series.get(successOf('sniffers'))).to.equal(first.get(successOf('sniffers')));
    expect(suspicious(series, 'deleted_exe')).to.be.at.least(1);
    expect(await get('/-/healthy')).not.to.equal('');
    for (let i = 0; i < 3; i++) await scrape();
    expect(lateLines(), exporter.log()).to.have.length(1);
    mount?.resume();
    await waitFor('its answer', async () => suspicious(await scrape(), 'temp_exe') > 0);
  });

  it('is known as long as the server answers, and unknown from then on', async () => {
    exporter = await startExporter();
    await waitFor(
      'what runs from the mount to be known',
      async () => suspicious(await scrape(), 'temp_exe') > 0,
    );
    expect(lateLines()).to.deep.equal([]);
    expect((await scrape()).get(UNANSWERED)).to.equal(0);
    mount?.stop();
    const series = await givenUp();
    expect(series.get(successOf('processes'))).to.equal(0);
    expect(suspicious(series, 'deleted_exe')).to.be.at.least(1);
  });
});
