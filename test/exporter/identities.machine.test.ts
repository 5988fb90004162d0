import { chmodSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { ROOT } from '../support/paths.ts';
import { reachableRoot } from '../support/reachable.ts';
import { parseSeries } from '../support/series.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { seeingTracefs, tracefsRefusal } from '../support/tracefs.ts';

const NOBODY = '65534';
const UNPRIVILEGED = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --bounding-set=-all --inh-caps=-all`;
const TWO_CAPABILITIES = 'setpriv --bounding-set=-all,+sys_ptrace,+dac_read_search --inh-caps=-all';

/** What an agent without any right loses; the table in docs/concepts/privileges.md is the same. */
const DENIED = ['files', 'logs', 'pod-network', 'processes', 'sniffers', 'sockets', 'tcp'];
const DENIED_TRACE = ['connections', 'container-oom', 'execs'];

it('the documents list what an exporter without rights loses', () => {
  const names = [...DENIED, ...DENIED_TRACE].sort().map((name) => `\`${name}\``);
  const page = readFileSync(join(ROOT, 'docs/concepts/privileges.md'), 'utf8');
  expect(page).to.contain(`| any other uid without capabilities | ${names.join(', ')} |`);
});

/** Some machines shield process 1 from root as well, as sandboxes do: then it is one that could not be read. */
function isShielded(): boolean {
  try {
    readlinkSync('/proc/1/exe');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

describe('identities of the exporter', () => {
  const running: ExporterProcess[] = [];
  afterEach(async () => {
    for (const exporter of running.splice(0)) await exporter.stop();
  });
  const folder = temporaryFolder();
  let tracefs: string;
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can take rights away');
    tracefs = folder();
    const refusal = tracefsRefusal(tracefs);
    if (refusal !== undefined) skip(this, refusal);
  });

  const scrape = async (identity: string, ...flags: string[]) => {
    const args = ['--kubernetes=off', `--path.tracefs=${tracefs}`, ...flags];
    const { root, wrap } = reachableRoot(Number(NOBODY), folder);
    const seeing = [...wrap, ...seeingTracefs(tracefs, identity.split(' '))];
    const exporter = await startExporter(args, { wrap: seeing, root });
    running.push(exporter);
    const page = async () => parseSeries(await (await fetch(`http://${exporter.address}/metrics`)).text());
    await page();
    return page();
  };
  const failing = (series: ReadonlyMap<string, number>) =>
    [...series].flatMap(([key, value]) => {
      const name = /^kubevigil_extractor_success\{extractor="(.*)"\}$/.exec(key)?.[1];
      return name !== undefined && value === 0 ? [name] : [];
    });

  /** A root filesystem with a log and an account file that only their owner may read. */
  const guardedRoot = () => {
    const root = folder();
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'var/log'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    for (const name of ['var/log/auth.log', 'etc/shadow'])
      writeFileSync(join(root, name), '', { mode: 0o600 });
    return `--path.rootfs=${root}`;
  };

  it('without rights it serves what it may, and says of the rest that it failed', async () => {
    chmodSync(tracefs, 0o755);
    const series = await scrape(UNPRIVILEGED, guardedRoot());
    expect(failing(series)).to.have.members([...DENIED, ...DENIED_TRACE]);
    expect(series.get('kubevigil_forks_total')).to.be.greaterThan(0);
    // What others run cannot be told: not none, but nothing.
    for (const kind of ['deleted_exe', 'memfd_exe', 'temp_exe']) {
      expect(series.has(`kubevigil_suspicious_processes{kind="${kind}"}`), kind).to.equal(false);
    }
    // The host's own socket tables can be read; nothing stands for the pods, whose cannot.
    const destinations = [...series.keys()].filter((key) =>
      /^kubevigil_outbound_destinations_total/.test(key),
    );
    for (const key of destinations) expect(key).not.to.contain('pod=');
  });

  it('uid 0 with SYS_PTRACE and DAC_READ_SEARCH alone reads everything', async () => {
    const series = await scrape(TWO_CAPABILITIES, guardedRoot());
    expect(failing(series)).to.deep.equal(isShielded() ? ['processes'] : []);
    for (const name of [
      'outbound_destinations_total',
      'suspicious_execs_total',
      'file_changes_total',
      'suspicious_log_lines_total',
    ]) {
      expect(
        [...series.keys()].some((key) => key.startsWith(`kubevigil_${name}{`)),
        name,
      ).to.equal(true);
    }
  });
});
