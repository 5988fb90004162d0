import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { runProgram } from '../builder/support/cli.ts';
import { manifestOf } from '../builder/support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../builder/support/fleet.ts';
import { python } from '../builder/support/python.ts';
import { prometheusWith } from '../builder/support/tsdb.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PAGE = readFileSync(join(ROOT, 'docs/guides/for-researchers.md'), 'utf8');
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

/** A line of the page, run in a folder; what is there stands in for the hours of a campaign. */
async function follow(line: string, folder: string, more: readonly string[] = []) {
  const [program, main = '', ...args] = line.split(' ');
  expect(program).to.equal('node');
  const ended = await runProgram(process.execPath, [join(ROOT, main), ...args, ...more], { cwd: folder });
  expect(ended.code, `${line}: ${ended.stderr}`).to.equal(0);
  return ended.stdout;
}

describe('the page for researchers', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  const [campaign = '', dataset = ''] = blocks('yaml');
  const lines = blocks('sh').flatMap((text) => text.trim().split('\n'));

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(5));
    writeFileSync(join(folder, 'campaign.yaml'), campaign);
    // Its own server, and the time that this one has samples of.
    const { last: _, ...own } = parse(dataset);
    const seconds = [FLEET_START_MS, FLEET_END_MS].map((ms) => ms / 1000);
    const here = {
      prometheus: { url: prometheus.url },
      start: seconds[0],
      end: seconds[1],
      scrapeInterval: '15s',
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify({ ...own, ...here }));
    // As the campaign would write it: each scenario three times, while the server was there.
    const at = (minutes: number) => FLEET_START_MS + minutes * 60_000;
    const names = ['port_scan', 'connection_exhaustion', 'fork_burst', 'load_spike'];
    const starts = [2, 8, 14, 20, 26, 44, 50, 56, 62, 68, 90, 96];
    const episodes = starts.map((minute, i) => {
      const name = names[i % names.length];
      const role = name === 'load_spike' ? 'benign' : 'attack';
      return `e${i},${name},${at(minute)},${at(minute + 2)},node-a,${role},lab-1`;
    });
    const header = 'episode,scenario,start,end,node,role,run';
    writeFileSync(join(folder, 'episodes.csv'), `${[header, ...episodes].join('\n')}\n`);
  });

  after(() => prometheus?.stop());

  it('has a plan of which the dry run says that no part lacks anything', async () => {
    const [dry = '', run = ''] = lines;
    expect(await follow(dry, folder)).to.include('every part would have rows of every class');
    // What would take an hour is asked for what it would do.
    expect(await follow(run, folder, ['--dry-run'])).to.include('12 episodes');
  });

  it('builds, verifies, reports and judges by the lines that it shows', async () => {
    for (const line of lines.slice(2)) await follow(line, folder);
    const { split, about } = manifestOf(join(folder, 'lab'));
    expect(split.lacks).to.deep.equal([]);
    expect(about?.license).to.equal('CC-BY-4.0');
  });

  it('has a notebook that runs, and writes what score takes', async function () {
    const program = `
import nbformat, nbclient, sys
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name='python3').execute()
print([output.get('text', '') for cell in notebook.cells for output in cell.get('outputs', [])])`;
    const notebook = join(ROOT, 'docs/guides/starter.ipynb');
    const modules = ['nbclient', 'nbformat', 'ipykernel', 'pandas', 'pyarrow'];
    const printed = await python(this, modules, program, [notebook], folder);
    expect(printed).to.match(/average precision: [\d.]+/);
    await follow('node dist/builder/main.js score lab submit.csv --model starter', folder);
  });

  it('opens elsewhere as it shows', async function () {
    const [program = ''] = blocks('python');
    expect(
      await python(this, ['datasets'], program, [], folder, {
        HF_HOME: newFolder(),
        HF_DATASETS_OFFLINE: '1',
      }),
    ).to.equal("['normal', 'connection_exhaustion', 'fork_burst', 'port_scan']\n");
  });
});
