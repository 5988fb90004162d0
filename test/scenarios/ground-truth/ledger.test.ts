import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { thisProcess } from '../../../common/process-identity.ts';
import type { Subject } from '../../../dataset/episodes/contract.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import { claimFile } from '../../../scenarios/ground-truth/claim.ts';
import { linesFor, ownLine, type ScenarioLine } from '../../../scenarios/ground-truth/episode.ts';
import { Ledger } from '../../../scenarios/ground-truth/ledger.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const NOW = 1_795_441_800_000;
const line = (own: Partial<ScenarioLine> = {}): ScenarioLine => ({
  episode: 'night-001',
  scenario: 'cpu_burn',
  role: 'attack',
  run: 'night',
  node: 'node-7',
  namespace: '',
  pod: '',
  startMs: NOW,
  endMs: NOW + 70_000,
  ...own,
});

const subject = (node: string, cluster?: string): Subject => ({
  ...{ node, namespace: '', pod: '' },
  ...(cluster !== undefined && { cluster }),
});

describe('episodes.csv', () => {
  const path = temporaryPaths();
  const file = () => path('episodes.csv');
  const text = () => readFileSync(file(), 'utf8');

  it('is a table with a header before the first episode', () => {
    new Ledger(file(), NOW);
    expect(text()).to.equal('episode,scenario,start,end,node,namespace,pod,role,run\n');
  });

  it('holds an episode that is on with the last moment at which it can have an effect, and then its end', () => {
    const ledger = new Ledger(file(), NOW);
    ledger.record([line()]);
    expect(text()).to.match(/\nnight-001,cpu_burn,1795441800000,1795441870000,node-7,,,attack,night\n$/);
    ledger.record([line({ endMs: NOW + 60_500 })]);
    expect(text()).to.match(/\nnight-001,cpu_burn,1795441800000,1795441860500,node-7,,,attack,night\n$/);
    expect(readdirSync(dirname(file()))).to.deep.equal(['episodes.csv', 'episodes.csv.lock']);
  });

  it('has a line per affected node', () => {
    new Ledger(file(), NOW).record([line(), line({ node: 'node-8' })]);
    expect(parseEpisodes(text(), 'episodes.csv').map(({ node }) => node)).to.deep.equal(['node-7', 'node-8']);
  });

  it('tells the cluster where there is one, and has no column for it else', () => {
    const ledger = new Ledger(file(), NOW);
    ledger.record([line()]);
    const plain = text();
    ledger.record(
      linesFor(line({ episode: 'night-002', cluster: 'east, "1"' }), [
        subject('node-8'),
        subject('node-9', 'west'),
      ]),
    );
    expect(text()).to.match(/^episode,scenario,start,end,cluster,node,namespace,pod,role,run\n/);
    const told = parseEpisodes(text(), 'episodes.csv').map(({ cluster, node }) => [cluster, node]);
    expect(told).to.deep.equal([
      [undefined, 'node-7'],
      ['east, "1"', 'node-7'],
      ['east, "1"', 'node-8'],
      ['west', 'node-9'],
    ]);
    const again = new Ledger(file(), NOW + 100_000);
    expect(again.lines).to.deep.equal(ledger.lines);
    again.withdraw(again.lines.filter(({ cluster }) => cluster !== undefined));
    expect(text()).to.equal(plain);
  });

  it('tells what pods have to do with an attack: as was told, else the own one attacks and others suffer', () => {
    const ledger = new Ledger(file(), NOW);
    ledger.record([line()]);
    const plain = text();
    const pods = (...names: string[]) => names.map((pod) => ({ node: 'node-8', namespace: 'shop', pod }));
    const [db, web, log] = pods('db', 'web', 'log') as [Subject, Subject, Subject];
    const affects = [db, { ...web, involvement: 'bystander' as const }, subject('node-9')];
    ledger.record(linesFor(ownLine(line({ episode: 'night-002', ...log })), affects));
    ledger.record(linesFor(ownLine(line({ episode: 'night-003', ...log, involvement: 'victim' })), []));
    ledger.record(linesFor(ownLine(line({ episode: 'night-004', ...log, role: 'benign' })), [db]));
    expect(text()).to.match(/^episode,scenario,start,end,node,namespace,pod,role,involvement,run\n/);
    const told = parseEpisodes(text(), 'episodes.csv').map(({ pod, involvement }) => [pod, involvement]);
    expect(told).to.deep.equal([
      ...[
        ['', undefined],
        ['log', 'attacker'],
        ['db', 'victim'],
        ['web', 'bystander'],
        ['', undefined],
      ],
      ...[
        ['log', 'victim'],
        ['log', undefined],
        ['db', undefined],
      ],
    ]);
    const again = new Ledger(file(), NOW + 100_000);
    expect(again.lines).to.deep.equal(ledger.lines);
    again.withdraw(again.lines.filter(({ episode }) => episode !== 'night-001'));
    expect(text()).to.equal(plain);
  });

  it('ends what a crash left open at the moment at which it is opened again, and leaves what is over', () => {
    new Ledger(file(), NOW).record([line(), line({ episode: 'night-002', endMs: NOW + 5_000 })]);
    const again = new Ledger(file(), NOW + 20_000);
    expect(again.lines.map(({ endMs }) => endMs)).to.deep.equal([NOW + 20_000, NOW + 5_000]);
    expect(text())
      .to.include(`,${NOW + 20_000},`)
      .and.to.include(`,${NOW + 5_000},`);
  });

  it('is read by the builder while an episode is on, and after a crash that nobody mends', () => {
    new Ledger(file(), NOW).record([line({ role: 'benign', scenario: 'batch_job' })]);
    const [episode] = parseEpisodes(text(), 'episodes.csv');
    expect(episode).to.include({ startMs: NOW, endMs: NOW + 70_000, role: 'benign', run: 'night' });
  });

  it('refuses a file that is none, naming the line, and leaves it as it was', () => {
    writeFileSync(file(), 'episode,scenario,start,end,node\ne1,cpu_burn,yesterday,1795441870000,a\n');
    const before = text();
    expect(() => new Ledger(file(), NOW)).to.throw(/episodes\.csv line 2: start "yesterday" is no time/);
    expect(text()).to.equal(before);
  });

  it('does not overwrite what somebody else wrote meanwhile', () => {
    const one = new Ledger(file(), NOW);
    new Ledger(file(), NOW).record([line({ episode: 'other' })]);
    expect(() => one.record([line()])).to.throw(/was written by somebody else/);
    expect(one.has('night-001')).to.equal(false);
    expect(text()).to.include('\nother,');
  });

  it('refuses the newcomer while another run writes the file, and harms neither', () => {
    const first = new Ledger(file(), NOW);
    first.record([line()]);
    const before = text();
    // As if the process that started this one had it.
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const other = { ...thisProcess(), pid: process.ppid, started };
    writeFileSync(claimFile(file()), JSON.stringify(other));
    expect(() => new Ledger(file(), NOW + 1)).to.throw(
      /episodes\.csv is being written by process \d+ on .*: give each run a file of its own/,
    );
    expect(text()).to.equal(before);
    expect(JSON.parse(readFileSync(claimFile(file()), 'utf8'))).to.deep.equal(other);
    first.record([line({ episode: 'night-002' })]);
  });

  it('takes over from a run that has ended, or that another machine has not shown a sign of', () => {
    const dead = { ...thisProcess(), started: '1' };
    writeFileSync(claimFile(file()), JSON.stringify(dead));
    new Ledger(file(), NOW).close();
    expect(existsSync(claimFile(file()))).to.equal(false);
    const foreign = { ...thisProcess(), host: 'elsewhere' };
    writeFileSync(claimFile(file()), JSON.stringify(foreign));
    expect(() => new Ledger(file(), NOW)).to.throw(/on elsewhere/);
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(claimFile(file()), longAgo, longAgo);
    new Ledger(file(), NOW).close();
    writeFileSync(claimFile(file()), '{ torn');
    new Ledger(file(), NOW).close();
    expect(readdirSync(dirname(file())).filter((name) => name.includes('lock'))).to.deep.equal([]);
  });

  it('has what could not be written with the next change, but not what did not begin', () => {
    const ledger = new Ledger(file(), NOW);
    ledger.record([line()]);
    // The disk does not take the file that is written beside.
    mkdirSync(`${file()}.${process.pid}.tmp`);
    expect(() => ledger.amend([line({ endMs: NOW + 60_000 })])).to.throw(/cannot be written: EISDIR/);
    expect(() => ledger.record([line({ episode: 'night-002' })])).to.throw(/cannot be written: EISDIR/);
    rmdirSync(`${file()}.${process.pid}.tmp`);
    ledger.record([line({ episode: 'night-003' })]);
    const told = parseEpisodes(text(), 'episodes.csv').map(({ episode, endMs }) => [episode, endMs]);
    expect(told).to.deep.equal([
      ['night-001', NOW + 60_000],
      ['night-003', NOW + 70_000],
    ]);
  });

  it('says in one line that the disk does not take it', () => {
    expect(() => new Ledger(path('missing', 'episodes.csv'), NOW)).to.throw(
      /episodes\.csv cannot be written: ENOENT/,
    );
  });
});
