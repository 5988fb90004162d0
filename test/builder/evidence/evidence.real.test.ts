import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { verify } from '../../../builder/commands/verify.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import { openStorage } from '../../../dataset/storage/open.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { duckdb, manifestOf } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { bytesOf } from '../support/folders.ts';
import { make } from '../support/make.ts';
import { s3ForTests } from '../support/s3.ts';
import { prometheusWith } from '../support/tsdb.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const ATTACK_MS = FLEET_START_MS + 600_000;

/** A line as the exporter of a node writes it. */
function line(number: number, timeMs: number, more: object = {}): string {
  const record = {
    ...{ id: `1774738800000-${number}`, time: iso(timeMs).replace('Z', '456789Z'), node: 'node-a' },
    ...{
      rule: 'shell_in_container',
      on: 'exec',
      severity: 'warning',
      mitre: 'T1609',
      description: 'A shell.',
    },
    ...{ namespace: 'shop', pod: 'web-0', container: 'web' },
    exec: { path: '/bin/sh', name: 'sh', args: ['sh', '-c', `echo "${number}"`], pid: number },
    ...more,
  };
  return `${JSON.stringify(record)}\n`;
}

describe('builder evidence', () => {
  const newFolder = temporaryFolder();
  const s3 = s3ForTests();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(5));
    const episode = `e1,cpu_burn,${ATTACK_MS},${ATTACK_MS + 120_000},node-a\n`;
    writeFileSync(join(folder, 'episodes.csv'), `episode,scenario,start,end,node\n${episode}`);
    const before = [line(1, FLEET_START_MS - 3_600_000), line(2, FLEET_START_MS + 60_000)];
    writeFileSync(join(folder, 'old.jsonl'), before.join(''));
    const own = [
      line(2, FLEET_START_MS + 60_000),
      '{"type":"gap","from":"x"}\n',
      line(3, ATTACK_MS + 31_000, { suppressed: 4 }),
      line(4, ATTACK_MS + 45_000, { node: 'node-x' }),
      line(5, ATTACK_MS + 50_000, {
        ...{ rule: 'mining_port', on: 'connection', exec: undefined, pod: '', namespace: '', container: '' },
        connection: { address: '10.0.0.9', port: 3333, program: '/tmp/x' },
      }),
    ];
    writeFileSync(join(folder, 'events.jsonl'), own.join(''));
    configure();
  });

  after(async () => {
    await prometheus?.stop();
  });

  function configure(config: object = {}): void {
    const whole = {
      prometheus: { url: prometheus.url },
      scrapeInterval: '15s',
      start: iso(FLEET_START_MS),
      end: iso(FLEET_END_MS),
      columns: ['forks_per_second', 'memory_used_ratio'],
      labels: [{ episodes: 'episodes.csv' }],
      evidence: [{ file: 'old.jsonl' }, { file: 'events.jsonl' }],
      ...config,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(whole));
  }

  const eventsIn = (output: string, manifest: Manifest) =>
    duckdb(
      `SELECT event, node, pod, rule, kind, program, suppressed, label, episode, details, epoch_ms(timestamp)::DOUBLE AS t, epoch_ms("row")::DOUBLE AS r FROM '${join(folder, output, manifest.evidence?.path ?? '')}'`,
    );
  const differences = async (place: string) => (await verify(await openStorage(place))).differences;

  it('stands beside the rows, each event with the row, label and episode that it lies in', async () => {
    const manifest = await make('build', { folder, output: 'whole' });
    expect(manifest.evidence).to.include({ path: 'evidence.parquet', rows: 4, joined: 3 });
    expect(manifest.evidence?.sources).to.deep.equal([
      { from: 'old.jsonl', events: 2 },
      { from: 'events.jsonl', events: 4 },
    ]);
    const events = await eventsIn('whole', manifest);
    expect(
      events.map(({ event, node, label, episode, r }) => [
        String(event).split('-')[1],
        node,
        label,
        episode,
        r,
      ]),
    ).to.deep.equal([
      ['2', 'node-a', 'normal', null, FLEET_START_MS + 60_000],
      ['3', 'node-a', 'cpu_burn', 'e1', ATTACK_MS + 45_000],
      ['4', 'node-x', null, null, ATTACK_MS + 45_000],
      ['5', 'node-a', 'cpu_burn', 'e1', ATTACK_MS + 60_000],
    ]);
    expect(events[1]).to.include({
      pod: 'web-0',
      kind: 'exec',
      program: '/bin/sh',
      suppressed: 4,
      t: ATTACK_MS + 31_000,
    });
    expect(JSON.parse(String(events[1]?.['details']))).to.deep.include({ args: ['sh', '-c', 'echo "3"'] });
    expect(events[3]).to.include({ pod: null, program: '/tmp/x', rule: 'mining_port' });
    const rows = `read_parquet('${folder}/whole/data/*/*.parquet')`;
    const joined = await duckdb(
      `SELECT count(*)::INT AS n FROM '${folder}/whole/evidence.parquet' e JOIN ${rows} r ON r.timestamp = e."row" AND r.node = e.node AND r.cluster IS NOT DISTINCT FROM e.cluster AND r.label = e.label`,
    );
    expect(joined[0]?.['n']).to.equal(3);
    expect(await differences(join(folder, 'whole'))).to.deep.equal([]);
  });

  it('is in the card and in Croissant, and changes no row', async () => {
    const read = (file: string) => readFileSync(join(folder, 'whole', file), 'utf8');
    expect(read('README.md')).to.include('## Evidence').and.to.include('- events.jsonl: 4 events');
    const croissant = JSON.parse(read('croissant.json')) as {
      distribution: { '@id': string }[];
      recordSet: { '@id': string }[];
    };
    expect(croissant.distribution.map((own) => own['@id'])).to.include('evidence.parquet');
    expect(croissant.recordSet.map((own) => own['@id'])).to.deep.equal(['rows', 'splits', 'events']);
    configure({ evidence: undefined });
    const plain = await make('build', { folder, output: 'plain' });
    configure();
    expect(plain).not.to.have.property('evidence');
    expect(plain.rowsDigest).to.equal(manifestOf(join(folder, 'whole')).rowsDigest);
    expect(plain.configDigest).to.equal(manifestOf(join(folder, 'whole')).configDigest);
  });

  it('is the same however many updates brought it, and keeps what sources no longer have', async () => {
    configure({ evidence: [{ file: 'old.jsonl' }], end: iso(FLEET_START_MS + 1_200_000) });
    await make('update', { folder, output: 'updated' });
    configure({ evidence: [{ file: 'events.jsonl' }], end: iso(FLEET_END_MS - 600_000) });
    await make('update', { folder, output: 'updated' });
    configure({ evidence: undefined });
    const manifest = await make('update', { folder, output: 'updated' });
    configure();
    expect(await eventsIn('updated', manifest)).to.deep.equal(
      await eventsIn('whole', manifestOf(join(folder, 'whole'))),
    );
    expect(bytesOf(join(folder, 'updated'))['evidence.parquet']).to.deep.equal(
      bytesOf(join(folder, 'whole'))['evidence.parquet'],
    );
    expect(await differences(join(folder, 'updated'))).to.deep.equal([]);
  });

  it('with pseudonyms has no name, argument or path', async () => {
    const key = join(folder, 'key');
    writeFileSync(key, 'k'.repeat(64));
    configure({ pseudonymise: { keyFile: key } });
    const manifest = await make('build', { folder, output: 'hidden' });
    configure();
    const events = await eventsIn('hidden', manifest);
    expect(events).to.have.length(4);
    const text = JSON.stringify(events, (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
    for (const name of ['"node-a"', 'web-0', 'shop', '/bin/sh', '10.0.0.9', 'echo'])
      expect(text).not.to.include(name);
    expect(events[1]?.['pod']).to.match(/^pod-[0-9a-f]{16}$/);
    expect(events[1]?.['label']).to.equal('cpu_burn');
    expect(JSON.stringify(manifest.evidence)).not.to.include('jsonl');
    expect(await differences(join(folder, 'hidden'))).to.deep.equal([]);
  });

  it('is kept when datasets of several labs are joined, each event with its own lab', async () => {
    configure({ end: iso(FLEET_END_MS - 600_000) });
    await make('build', { folder, output: 'half' });
    configure({ evidence: undefined, end: iso(FLEET_END_MS - 1_200_000) });
    await make('build', { folder, output: 'bare' });
    configure();
    const labs = ['east=whole', 'west=half', 'south=bare'];
    const { code, stderr } = await builder(['join', ...labs, '--output', 'all'], { cwd: folder });
    expect(code, stderr).to.equal(0);
    const manifest = manifestOf(join(folder, 'all'));
    expect(manifest.evidence).to.include({ rows: 8, joined: 6 });
    expect(manifest.evidence?.sources.map(({ from }) => from)).to.include('west: events.jsonl');
    expect(manifest.warnings.join('\n')).to.match(/^south: it has no events/m);
    const events = await duckdb(
      `SELECT event, cluster, node, label, episode FROM '${folder}/all/evidence.parquet' WHERE cluster = 'west'`,
    );
    const own = await eventsIn('half', manifestOf(join(folder, 'half')));
    expect(events.map(({ event, node, label }) => [event, node, label])).to.deep.equal(
      own.map(({ event, node, label }) => [event, node, label]),
    );
    expect(events.map(({ episode }) => episode)).to.deep.equal([null, 'west/e1', null, 'west/e1']);
    expect(await differences(join(folder, 'all'))).to.deep.equal([]);
  });

  it('is missed, cut short and changed in vain: verify finds it', async () => {
    const path = join(folder, 'whole', 'evidence.parquet');
    const whole = readFileSync(path);
    for (const [bytes, wanted] of [
      [whole.subarray(0, whole.length - 10), /^evidence\.parquet: bytes is \d+, the manifest says \d+$/],
      [
        Buffer.concat([whole.subarray(0, 40), Buffer.of((whole[40] as number) ^ 1), whole.subarray(41)]),
        /^evidence\.parquet: it is not the file/,
      ],
    ] as const) {
      writeFileSync(path, bytes);
      const found = await differences(join(folder, 'whole'));
      expect(found).to.have.length(1);
      expect(found[0]).to.match(wanted);
    }
    writeFileSync(path, whole);
    expect(await differences(join(folder, 'whole'))).to.deep.equal([]);
  });

  it('in a bucket follows from its contents by name, and is gone with the next', async () => {
    s3();
    configure();
    const place = 's3://datasets/events';
    const first = await make('build', { folder, output: place });
    expect(first.evidence?.path).to.match(/^evidence-[0-9a-f]{16}\.parquet$/);
    configure({ evidence: [{ file: 'old.jsonl' }] });
    const next = await make('build', { folder, output: place });
    configure();
    expect(next.evidence?.path).not.to.equal(first.evidence?.path);
    const names = [...s3().objects.keys()].filter((name) => name.includes('evidence'));
    expect(names).to.have.length(1);
    expect(await differences(place)).to.deep.equal([]);
  });

  it('comes from an exporter as from a file, by a token; what is none is refused in one line', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.end(readFileSync(join(folder, 'events.jsonl')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(join(folder, 'token'), 'secret\n');
    try {
      configure({ evidence: [{ url, bearerTokenFile: 'token' }] });
      const manifest = await make('build', { folder, output: 'asked' });
      expect(manifest.evidence?.rows).to.equal(4);
      expect(manifest.evidence?.sources).to.deep.equal([{ from: `${url}/events`, events: 4 }]);
      expect(asked).to.deep.equal(['/events?follow=false Bearer secret']);
    } finally {
      server.close();
    }
    const range = ['--start', iso(FLEET_START_MS), '--end', iso(FLEET_END_MS)];
    const refused = async (wanted: RegExp, ...args: string[]) => {
      const { code, stderr } = await builder([
        'build',
        '--prometheus',
        prometheus.url,
        '--output',
        join(folder, 'none'),
        ...range,
        ...args,
      ]);
      expect(stderr).to.match(wanted);
      expect(stderr.trimEnd()).not.to.include('\n');
      expect(code).to.equal(2);
    };
    writeFileSync(join(folder, 'bad.jsonl'), `${line(1, ATTACK_MS)}{"id":"x"}\n`);
    await refused(
      /evidence .*bad\.jsonl line 2: id: is no id of a record/,
      '--evidence',
      join(folder, 'bad.jsonl'),
    );
    writeFileSync(join(folder, 'endless.jsonl'), 'x'.repeat(3 << 20));
    await refused(
      /evidence .*endless\.jsonl: a line has more than 1048576 bytes/,
      '--evidence',
      join(folder, 'endless.jsonl'),
    );
    await refused(/evidence .*none\.jsonl: ENOENT/, '--evidence', join(folder, 'none.jsonl'));
    await refused(
      /evidence is joined to whole datasets: leave it out with --shard/,
      '--evidence',
      join(folder, 'events.jsonl'),
      '--shard',
      '0/2',
    );
    configure();
  });
});
