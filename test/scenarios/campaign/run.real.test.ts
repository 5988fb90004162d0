import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import { freePort } from '../../../tools/programs/ports.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { serverThat } from '../../builder/support/server.ts';
import { createAuthority } from '../../support/certificates.ts';
import { processesWith } from '../../support/processes.ts';
import { temporaryPaths } from '../../support/temporary.ts';
import { COMBINED } from '../support/combined.ts';
import { ask, postJson, type Service, scenarios, startScenarios, startService } from '../support/service.ts';

const TOKEN = 'a-token-of-the-tests-0123456789';

/** Answers `time()` as a Prometheus whose clock is ahead of ours. */
const prometheusAhead = (aheadMs: number) =>
  serverThat((_, response) => {
    const seconds = (Date.now() + aheadMs) / 1000;
    const data = { resultType: 'scalar', result: [seconds, String(seconds)] };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ status: 'success', data }));
  });

describe('kubevigil-scenarios run', () => {
  const path = temporaryPaths();
  const services: Service[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.end('SIGKILL');
  });

  const plan = (more: object = {}) => {
    const document = {
      name: 'short',
      step: '1s',
      normal: '200ms',
      background: { requestsPerSecond: 20 },
      scenarios: [
        { name: 'cpu_burn', repetitions: 2, duration: '300ms', intensity: 0.1 },
        { name: 'disk_thrash', duration: '300ms', intensity: 0.1 },
      ],
      ...more,
    };
    writeFileSync(path('plan.yaml'), JSON.stringify(document));
    return path('plan.yaml');
  };
  const episodes = (): Episode[] => parseEpisodes(readFileSync(path('episodes.csv'), 'utf8'), 'episodes.csv');
  const args = (...more: string[]) => [
    'run',
    plan(),
    `--episodes=${path('episodes.csv')}`,
    `--scratch=${path()}`,
    '--node-name=here',
    ...more,
  ];
  const run = (...more: string[]) => scenarios(args(...more), { env: { MARK: path() } });
  const service = async (node: string, ...more: string[]) => {
    const folder = path(node);
    mkdirSync(folder, { recursive: true });
    const started = await startService(folder, [`--node-name=${node}`, ...more], {
      MARK: path(),
      KUBEVIGIL_SCENARIOS_TOKEN: TOKEN,
    });
    services.push(started);
    return started;
  };

  it('prints what it would move, and does nothing', async () => {
    const told = await run('--coverage');
    expect(told).to.include({ code: 0, stderr: '' });
    expect(told.stdout)
      .to.match(/\n 1 {2}cpu_seconds_total +cpu_burn\n/)
      .and.match(/\nmoved by no attack: [^\n]*risky_pods/);
    expect(readdirSync(path())).to.deep.equal(['plan.yaml']);
  });

  it('runs what its dry run says, and writes when', async () => {
    const dry = await run('--dry-run', '--seed=11');
    expect(dry).to.include({ code: 0, stderr: '' });
    expect(readdirSync(path())).to.deep.equal(['plan.yaml']);
    const startMs = Date.now();
    const ended = await run('--seed=11');
    expect(ended.code).to.equal(0);
    const [timetable, rows] = dry.stdout.split('\n\n');
    expect(rows).to.match(/^rows of a dataset with step /);
    const planned = timetable?.match(/cpu_burn|disk_thrash/g);
    expect(episodes().map(({ scenario }) => scenario)).to.deep.equal(planned);
    let before = startMs;
    for (const { startMs: start, endMs, node, run: name, episode } of episodes()) {
      expect(node).to.equal('here');
      expect(name).to.match(/^short-\d{8}T\d{6}Z$/);
      expect(episode).to.match(new RegExp(`^${name}-00[123]$`));
      expect(start).to.be.at.least(before + 200);
      expect(endMs).to.be.at.least(start + 300);
      before = endMs + 1_000;
    }
    expect(Date.now()).to.be.at.least(before);
    expect(ended.stdout).to.match(
      /^3 episodes are in \S+episodes\.csv: kubevigil-builder build --labels \S+ --provenance \S+ --start \S+ --end \S+\n$/,
    );
    expect(ended.stderr).to.match(/level=info msg="cpu_burn on here \(\d of 3\)"/);
    // The plan as it ran, with the seed of the command line, is kept: it gives the same timetable again.
    const kept = `${episodes()[0]?.run}.plan.yaml`;
    expect(readdirSync(path()).sort()).to.deep.equal(['episodes.csv', 'plan.yaml', kept].sort());
    expect(ended.stdout).to.include(kept);
    const again = await scenarios(['run', path(kept), '--dry-run', '--node-name=here']);
    expect(again.stdout).to.equal(dry.stdout);
  });

  it('serves its ground truth as metrics meanwhile, and nothing that starts anything', async () => {
    const { written, ended } = startScenarios(args('--web.listen-address=127.0.0.1:0'));
    const address = await waitFor('the metrics', () => /served on" address=(\S+)/.exec(written.stderr)?.[1]);
    const page = async () => (await ask(`http://${address}/metrics`)).body;
    await waitFor('an end', async () => (await page()).includes('end_timestamp_seconds{'));
    const body = { durationSeconds: 1 };
    expect((await postJson(`http://${address}/scenarios/cpu_burn`, body)).status).to.equal(404);
    const [first] = episodes();
    const value = (metric: string, ms = 0) =>
      new RegExp(`${metric}\\{.*"${first?.episode}".*\\} ${ms / 1000}\n`);
    const shown = await page();
    expect(shown).to.match(value('start_timestamp_seconds', first?.startMs));
    expect(shown).to.match(value('end_timestamp_seconds', first?.endMs));
    expect((await ended).code).to.equal(0);
  });

  it('adds to the episodes of the campaign before', async () => {
    await run();
    await run();
    expect(episodes()).to.have.length(6);
    expect(new Set(episodes().map(({ run: name }) => name)).size).to.equal(2);
  });

  it('closes the episode, undoes it and ends when it is interrupted, also twice', async () => {
    plan({ scenarios: [{ name: 'cpu_burn', duration: '1h', intensity: 0.1 }] });
    const file = path('plan.yaml');
    const { child, ended } = startScenarios(
      ['run', file, `--episodes=${path('episodes.csv')}`, `--scratch=${path()}`],
      { env: { MARK: path() } },
    );
    await waitFor('the worker', () =>
      processesWith(`MARK=${path()}`).some((line) => line.includes('workers')),
    );
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).to.equal(130);
    expect(stderr.trim().split('\n').at(-1)).to.match(/^kubevigil-scenarios: interrupted: /);
    expect(processesWith(`MARK=${path()}`)).to.deep.equal([]);
    expect(episodes()[0]?.endMs).to.be.at.most(Date.now());
  });

  it('leaves nothing when it is killed; the next one closes its episode', async () => {
    plan({ scenarios: [{ name: 'disk_thrash', duration: '1h', intensity: 0.1 }] });
    const { child, ended } = startScenarios(
      ['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`, `--scratch=${path()}`],
      { env: { MARK: path() } },
    );
    await waitFor('the worker', () =>
      processesWith(`MARK=${path()}`).some((line) => line.includes('workers')),
    );
    child.kill('SIGKILL');
    await ended;
    await waitFor('the worker to end', () => processesWith(`MARK=${path()}`).length === 0);
    expect(episodes()[0]?.endMs).to.be.above(Date.now());
    const againMs = Date.now();
    await run();
    expect(episodes()[0]?.endMs).to.be.within(againMs, Date.now());
    const others = readdirSync(path()).filter((name) => !/^short-\w+\.plan\.yaml$/.test(name));
    expect(others.sort()).to.deep.equal(['episodes.csv', 'plan.yaml']);
  });

  it('runs on several nodes, whose own truth is the same', async () => {
    const nodes = [await service('a'), await service('b')];
    writeFileSync(path('token'), TOKEN);
    plan({
      scenarios: [{ name: 'cpu_burn', duration: '300ms', intensity: 0.1, on: 'all' }],
      targets: nodes.map(({ url }) => ({ url, tokenFile: 'token' })),
    });
    const ended = await scenarios(['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`]);
    expect(ended).to.include({ code: 0 });
    const own = ['a', 'b'].flatMap((node) =>
      parseEpisodes(readFileSync(path(node, 'episodes.csv'), 'utf8'), node),
    );
    const plain = (list: readonly Episode[]) =>
      list.map(({ place: _, ...episode }) => episode).sort((x, y) => x.node.localeCompare(y.node));
    expect(plain(episodes())).to.deep.equal(plain(own));
    expect(own).to.have.length(2);
    expect(new Set(own.map(({ episode }) => episode)).size).to.equal(1);
    for (const [i, { url }] of nodes.entries()) {
      const { body } = await ask(`${url}/metrics`);
      expect(body).to.include(
        `kubevigil_scenario_end_timestamp_seconds{scenario="cpu_burn",episode="${own[i]?.episode}"`,
      );
      expect(body).to.include(` ${(own[i]?.endMs ?? 0) / 1000}\n`);
    }
  });

  it('moves a chain from node to node, and each node tells its own stages', async () => {
    const nodes = [await service('a'), await service('b')];
    writeFileSync(path('token'), TOKEN);
    const stage = { scenario: 'cpu_burn', duration: '300ms', intensity: 0.1 };
    plan({
      scenarios: [],
      chains: [
        {
          name: 'c',
          stages: [
            { ...stage, stage: 'break-in' },
            { ...stage, stage: 'mining', on: 2 },
            { ...stage, stage: 'again', on: 'all' },
          ],
        },
      ],
      targets: nodes.map(({ url }) => ({ url, tokenFile: 'token' })),
    });
    const ended = await scenarios(['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`]);
    expect(ended.code, ended.stderr).to.equal(0);
    const all = episodes();
    const nodesOf = (name: string) => all.filter((one) => one.stage === name).map(({ node }) => node);
    expect(nodesOf('break-in')).to.have.length(1).and.not.deep.equal(nodesOf('mining'));
    expect(nodesOf('again')).to.have.members(['a', 'b']);
    const [{ chain = '', run: name = '' } = {}] = all;
    expect(chain).to.equal(`${name}-c-1`);
    for (const [i, node] of ['a', 'b'].entries()) {
      const own = parseEpisodes(readFileSync(path(node, 'episodes.csv'), 'utf8'), node);
      const told = (list: readonly Episode[]) =>
        list
          .filter((one) => one.node === node)
          .map(({ episode, stage: of, startMs, endMs }) => [episode, of, startMs, endMs]);
      expect(told(own)).to.deep.equal(told(all));
      const { body } = await ask(`${nodes[i]?.url}/metrics`);
      expect(body).to.include(`chain="${chain}",stage="again"`);
    }
  });

  it('tells the nodes of clusters apart that have one name', async () => {
    const [one, other] = [path('one'), path('other')];
    const nodes = [
      await service('a', '--cluster=east', `--episodes=${one}.csv`),
      await service('a', `--episodes=${other}.csv`),
    ];
    const [east, west] = nodes.map(({ url }) => ({ url, tokenFile: 'token' }));
    writeFileSync(path('token'), TOKEN);
    const scenario = { name: 'cpu_burn', duration: '300ms', intensity: 0.1, on: 'all' };
    const affects = [{ node: 'b' }, { node: 'c', cluster: 'north' }];
    const campaign = (...targets: unknown[]) => {
      plan({ scenarios: [{ ...scenario, affects }], targets });
      return scenarios(['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`]);
    };
    const wrong = await campaign({ ...east, cluster: 'west' });
    expect(wrong).to.include({ code: 2 });
    expect(wrong.stderr).to.match(/is in cluster east \(its --cluster\), not in west: change one of them\n$/);
    expect(await campaign(east, { ...west, cluster: 'west' })).to.include({ code: 0 });
    const told = episodes().map(({ cluster, node }) => `${cluster}/${node}`);
    expect(told.sort()).to.deep.equal(['east/a', 'east/b', 'north/c', 'west/a', 'west/b']);
    // Each service's own truth: with its cluster as a label, or as it was without one.
    const pages = await Promise.all(nodes.map(async ({ url }) => (await ask(`${url}/metrics`)).body));
    const [name] = episodes().map(({ episode }) => episode);
    const series = `kubevigil_scenario_active{scenario="cpu_burn",episode="${name}",node="a",namespace="",pod="",role="attack",run="${name?.replace(/-\d+$/, '')}"`;
    expect(pages[0]).to.include(`${series},cluster="east"} 0\n`);
    expect(pages[1]).to.include(`${series}} 0\n`);
    expect(pages[1]).to.include('cluster="north"').and.not.to.include('cluster="west"');
  });

  it('writes the cluster of this machine, and refuses a name that is none', async () => {
    const ended = await run('--cluster=east');
    expect(ended).to.include({ code: 0 });
    expect(new Set(episodes().map(({ cluster }) => cluster))).to.deep.equal(new Set(['east']));
    const wrong = await run('--cluster= east');
    expect(wrong).to.include({ code: 2 });
    expect(wrong.stderr).to.include('It must be 1 to 200 printable characters.');
  });

  it('writes its log as --log.format and --log.level have it', async () => {
    plan({ scenarios: [{ name: 'disk_thrash', duration: '300ms', intensity: 0.1 }] });
    const places = ['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`, `--scratch=${path()}`];
    const shown = await scenarios([...places, '--log.format=json']);
    const lines = shown.stderr.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).to.include.members([
      'warn',
      'info',
    ]);
    expect(await scenarios([...places, '--log.level=error'])).to.include({ code: 0, stderr: '' });
  });

  it('writes of failed logins where --victim.log has it', async () => {
    plan({ scenarios: [{ name: 'brute_force', duration: '1s', intensity: 1 }] });
    const file = path('plan.yaml');
    const places = [`--episodes=${path('episodes.csv')}`, `--scratch=${path()}`];
    const ended = await scenarios(['run', file, ...places, `--victim.log=${path('victim.log')}`]);
    expect(ended, ended.stderr).to.include({ code: 0 });
    expect(readFileSync(path('victim.log'), 'utf8')).to.match(/^\S+Z login failed/m);
  });

  it('writes of requests where --victim.access-log has it, and has weak pages with --victim.weak-pages alone', async () => {
    plan({ scenarios: [{ name: 'web_shell', duration: '2s', intensity: 1 }] });
    const log = path('access.log');
    const places = [
      `--episodes=${path('episodes.csv')}`,
      `--scratch=${path()}`,
      `--victim.access-log=${log}`,
    ];
    const run = (...flags: string[]) => scenarios(['run', path('plan.yaml'), ...places, ...flags]);
    const refused = await run();
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(
      /web_shell: the victim has no weak pages: start it with --victim.weak-pages/,
    );
    const ended = await run('--victim.weak-pages');
    expect(ended, ended.stderr).to.include({ code: 0 });
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    for (const line of lines) expect(line).to.match(COMBINED);
    const requests = lines.map((line) => COMBINED.exec(line)?.groups ?? {});
    expect(requests.map(({ request }) => request)).to.include('PUT /uploads/kubevigil-shell.php HTTP/1.1');
    expect(
      requests.filter(({ request, status }) => request?.includes('?cmd=') && status === '200'),
    ).not.to.deep.equal([]);
    expect(readdirSync(path()).filter((name) => name.startsWith('kubevigil-uploads'))).to.deep.equal([]);
  });

  it('troubles what --allowed-target has, should it be private', async () => {
    plan({ scenarios: [{ name: 'http_flood', target: '192.0.2.1:9', duration: '1s', intensity: 0.1 }] });
    const places = ['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`, `--scratch=${path()}`];
    const refused = await scenarios(places);
    expect(refused.stderr).to.include('192.0.2.1 is neither loopback nor allowed');
    const allowed = await scenarios([...places, '--allowed-target=192.0.2.1:9']);
    expect(allowed.stderr).to.include('192.0.2.1 is not in a private network');
    expect([refused.code, allowed.code]).to.deep.equal([1, 1]);
  });

  it('speaks TLS, and names and passwords, beside the token', async () => {
    const authority = createAuthority();
    const { cert, key } = authority.issue('scenarios', '127.0.0.1');
    for (const [name, text] of Object.entries({ 'ca.crt': authority.cert, 'tls.crt': cert, 'tls.key': key }))
      writeFileSync(path(name), text);
    const web = {
      tls_server_config: { cert_file: 'tls.crt', key_file: 'tls.key' },
      basic_auth_users: { me: hashSync('s3cret', 4) },
    };
    writeFileSync(path('web.yml'), JSON.stringify(web));
    const { url } = await service('a', `--web.config.file=${path('web.yml')}`);
    const secure = url.replace('http://', 'https://me:s3cret@');
    plan({
      scenarios: [{ name: 'cpu_burn', duration: '300ms', intensity: 0.1 }],
      targets: [{ url: secure, caFile: 'ca.crt' }],
    });
    const args = ['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`];
    const ended = await scenarios(args, { env: { KUBEVIGIL_SCENARIOS_TOKEN: TOKEN } });
    expect(ended, ended.stderr).to.include({ code: 0 });
    expect(episodes().map(({ node }) => node)).to.deep.equal(['a']);
    const dry = await scenarios([...args, '--dry-run']);
    expect(dry.stdout + ended.stdout + ended.stderr).not.to.include('s3cret');
    expect(dry.stdout).to.include('on https://127.0.0.1:');
  });

  it('goes on when a service is started anew in the middle of an episode', async () => {
    const first = await service('a', `--web.listen-address=127.0.0.1:${await freePort()}`);
    const { port } = new URL(first.url);
    plan({
      scenarios: [{ name: 'cpu_burn', duration: '1h', intensity: 0.1 }],
      targets: [{ url: first.url }],
    });
    const args = ['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`];
    const { written, ended } = startScenarios(args, { env: { KUBEVIGIL_SCENARIOS_TOKEN: TOKEN } });
    await waitFor('the episode', () => written.stderr.includes('cpu_burn on a'));
    await waitFor('its start', async () => (await ask(`${first.url}/metrics`)).body.includes('} 1\n'));
    await first.end('SIGKILL');
    await service('a', `--web.listen-address=127.0.0.1:${port}`);
    expect(await ended).to.include({ code: 0 });
    const [own] = parseEpisodes(readFileSync(path('a', 'episodes.csv'), 'utf8'), 'a');
    expect(episodes()[0]).to.include({ startMs: own?.startMs, endMs: own?.endMs });
  });

  it('says in one line what a service refuses, and takes the episode back', async () => {
    const { url } = await service('a');
    plan({ targets: [{ url }] });
    const wrong = await scenarios(['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`], {
      env: { KUBEVIGIL_SCENARIOS_TOKEN: `${TOKEN}-wrong` },
    });
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.match(
      /^kubevigil-scenarios: http:\/\/\S+ refuses GET \/scenarios: wants its token[^\n]*\n$/,
    );
    await services.pop()?.end('SIGKILL');
    const gone = await scenarios(['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`]);
    expect(gone.code).to.equal(1);
    expect(gone.stderr).to.match(
      /^kubevigil-scenarios: no kubevigil-scenarios at http:\S+ \(ECONNREFUSED\)\n$/,
    );
    expect(episodes()).to.deep.equal([]);
  });

  it('refuses at once what would be refused in its middle', async () => {
    plan({
      scenarios: [
        { name: 'cpu_burn', duration: '300ms', repetitions: 5 },
        { name: 'risky_pod', duration: '300ms' },
      ],
    });
    const ended = await scenarios(['run', path('plan.yaml'), `--episodes=${path('episodes.csv')}`], {
      env: { KUBERNETES_SERVICE_HOST: '', KUBECONFIG: '' },
    });
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.match(/\nkubevigil-scenarios: risky_pod: needs Kubernetes[^\n]*\n$/);
    expect(episodes()).to.deep.equal([]);
  });

  it("refuses when Prometheus' clock is another, before it starts anything", async () => {
    for (const aheadMs of [3_000, -3_000]) {
      const prometheus = await prometheusAhead(aheadMs);
      const ended = await run(`--prometheus=${prometheus.url}`);
      await prometheus.close();
      expect(ended.code).to.equal(1);
      expect(ended.stderr).to.match(
        /^kubevigil-scenarios: the clock of here is [23]s\d*m?s? (ahead of|behind) Prometheus'[^\n]*\n$/,
      );
      expect(episodes()).to.deep.equal([]);
    }
  });

  it('goes on when the clocks agree, and says how far', async () => {
    const prometheus = await prometheusAhead(100);
    const ended = await run(`--prometheus=${prometheus.url}`);
    await prometheus.close();
    expect(ended.code).to.equal(0);
    expect(ended.stderr).to.match(/msg="Clocks agree" node=here ahead_of_prometheus_ms=-\d+\n/);
  });

  it('says in one line that no Prometheus answers', async () => {
    const ended = await run('--prometheus=http://127.0.0.1:1');
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.match(
      /^kubevigil-scenarios: no Prometheus at http:\/\/127\.0\.0\.1:1: [^\n]*\n$/,
    );
  });

  for (const [what, given] of [
    ['no plan', ['run']],
    ['a plan that is not there', ['run', 'missing.yaml']],
    ['a seed that is none', ['run', 'x.yaml', '--seed=-1']],
    ['an unknown command', ['attack']],
    ['no command', []],
  ] as const)
    it(`ends with 2 and one line for ${what}`, async () => {
      const ended = await scenarios(given, { cwd: path() });
      expect(ended.code).to.equal(2);
      expect(ended.stderr).to.match(/^kubevigil-scenarios: [^\n]*\n$/);
      expect(readdirSync(path())).to.deep.equal([]);
    });
});
