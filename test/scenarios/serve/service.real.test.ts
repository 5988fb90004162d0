import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { processesWith } from '../../support/processes.ts';
import { skip } from '../../support/skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ask, postJson, type Reply, type Service, scenarios, startService } from '../support/service.ts';

const TOKEN = 'a-token-of-the-tests-0123456789';

function errorOf({ body }: Reply): string {
  expect(body).to.match(/^[^\n]*\n$/);
  return (JSON.parse(body) as { error: string }).error;
}

const json = ({ body }: Reply) => JSON.parse(body) as Record<string, unknown>;

/** As many as `--max-running` may allow. */
const MOST_RUNNING = 16;

describe('kubevigil-scenarios serve', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let service: Service | undefined;
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(async () => {
    await service?.end('SIGKILL');
    service = undefined;
  });

  const start = async (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
    service = await startService(folder, args, { MARK: folder, ...env });
    return service;
  };
  const files = () => readdirSync(folder).filter((name) => name !== 'episodes.csv');
  const episodes = () => parseEpisodes(readFileSync(`${folder}/episodes.csv`, 'utf8'), 'episodes.csv');
  const workers = () => processesWith(`MARK=${folder}`).filter((line) => !line.includes('main.js serve'));

  it('starts a scenario, tells of it, and stops it', async () => {
    const { url } = await start(['--node-name=node-7'], { POD_NAMESPACE: 'lab', POD_NAME: 'scenarios-0' });
    const began = await postJson(`${url}/scenarios/cpu_burn`, {
      durationSeconds: 300,
      intensity: 0.1,
      run: 'r1',
    });
    expect(began.status).to.equal(202);
    const { episode, ...told } = json(began);
    expect(told).to.include({
      scenario: 'cpu_burn',
      role: 'attack',
      run: 'r1',
      node: 'node-7',
      namespace: 'lab',
      pod: 'scenarios-0',
      outcome: 'running',
    });
    const listed = json(await ask(`${url}/scenarios`))['scenarios'] as { name: string; episodes: object[] }[];
    expect(listed.find(({ name }) => name === 'cpu_burn')?.episodes).to.have.length(1);
    const { body: page } = await ask(`${url}/metrics`);
    expect(page).to.include(
      `kubevigil_scenario_active{scenario="cpu_burn",episode="${String(episode)}",node="node-7",namespace="lab",pod="scenarios-0",role="attack",run="r1",involvement="attacker"} 1\n`,
    );
    await waitFor('the workers', () => workers().length > 0);
    const stopped = await ask(`${url}/scenarios/cpu_burn`, { method: 'DELETE' });
    expect(stopped.status).to.equal(200);
    expect(workers()).to.deep.equal([]);
    const [line] = episodes();
    expect(json(await ask(`${url}/episodes/${String(episode)}`))).to.include({
      outcome: 'stopped',
      start: line?.startMs,
      end: line?.endMs,
    });
    expect(errorOf(await ask(`${url}/scenarios/cpu_burn`, { method: 'DELETE' }))).to.equal(
      'cpu_burn is not on',
    );
  });

  it('stops by episode, and answers probes and the victim', async () => {
    const { url, victim } = await start();
    const affects = [
      { node: 'node-9', namespace: 'shop', pod: 'web-0' },
      { node: 'node-9', namespace: 'shop', pod: 'web-1', involvement: 'bystander' },
    ];
    const body = { durationSeconds: 300, intensity: 0.1, episode: 'mine', affects };
    expect(json(await postJson(`${url}/scenarios/cpu_burn`, body))['affects']).to.deep.equal(affects);
    expect(episodes().map(({ node }) => node)).to.include('node-9');
    expect((await ask(`${url}/metrics`)).body).to.match(
      /_active\{.*episode="mine",node="node-9",namespace="shop",pod="web-0".*,involvement="victim"\} 1\n(.*\n)*.*pod="web-1".*,involvement="bystander"\} 1\n/,
    );
    expect(episodes().map(({ involvement }) => involvement)).to.deep.equal([
      undefined,
      'victim',
      'bystander',
    ]);
    expect((await ask(`${url}/episodes/mine`, { method: 'DELETE' })).status).to.equal(200);
    for (const path of ['/', '/-/healthy', '/-/ready', '/metrics', '/scenarios'])
      expect((await ask(`${url}${path}`)).status, path).to.equal(200);
    expect((await ask(victim)).status).to.equal(200);
  });

  it('refuses what it does not know and what is above its caps, in one line', async () => {
    const { url } = await start();
    const post = async (name: string, body: object) => {
      const reply = await postJson(`${url}/scenarios/${name}`, body);
      return `${reply.status} ${errorOf(reply)}`;
    };
    expect(await post('cpu_burn', { durationSeconds: 1e9 })).to.equal(
      '400 durationSeconds: must be at most 3600 (an hour)',
    );
    expect(await post('cpu_burn', { durationSeconds: -1 })).to.match(/^400 durationSeconds: /);
    expect(await post('cpu_burn', {})).to.match(/^400 durationSeconds: /);
    expect(await post('cpu_burn', { durationSeconds: 1, intensity: 1e6 })).to.match(/^400 intensity: /);
    for (const target of [
      'http://192.0.2.1/',
      'http://10.0.0.1:80',
      'http://[2001:db8::1]',
      'metadata.google.internal:80',
    ])
      expect(await post('http_flood', { durationSeconds: 1, target })).to.match(
        /^422 http_flood: target .* is neither loopback nor allowed$/,
      );
    expect(await post('memory_leak', { durationSeconds: 1, parameters: { mebibytes: 1e9 } })).to.match(
      /^422 memory_leak: mebibytes is 1000000000: at most /,
    );
    expect(await post('risky_pod', { durationSeconds: 1 })).to.match(/^422 risky_pod: needs Kubernetes/);
    expect(await post('cpu_burn', { durationSeconds: 1, rate: 5 })).to.match(/^400 body: .*"rate"/);
    expect(await post('cpu_burn', { durationSeconds: 1, episode: '../x\n' })).to.match(/^400 episode: /);
    expect(await post('format_disk', { durationSeconds: 1 })).to.match(
      /^404 there is no scenario "format_disk"/,
    );
    const headers = { 'Content-Type': 'application/json' };
    const broken = await ask(`${url}/scenarios/cpu_burn`, { method: 'POST', headers, body: '{' });
    expect(broken.status).to.equal(400);
    errorOf(broken);
    const large = await ask(`${url}/scenarios/cpu_burn`, {
      method: 'POST',
      headers,
      body: `"${'x'.repeat(1e5)}"`,
    });
    expect(large.status).to.equal(413);
    errorOf(large);
    expect((await ask(`${url}/nothing`)).status).to.equal(404);
    expect(workers()).to.deep.equal([]);
    expect(episodes()).to.deep.equal([]);
  });

  it('starts one of a thousand that are asked for at once', async () => {
    const { url } = await start();
    const replies = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        postJson(`${url}/scenarios/cpu_burn`, { durationSeconds: 300, intensity: 0.1 }).catch(
          (): Reply => ({ status: 0, body: '' }),
        ),
      ),
    );
    const counts = (status: number) => replies.filter((reply) => reply.status === status).length;
    expect(counts(202)).to.equal(1);
    // Beyond the connections that it takes it answers nobody.
    expect(counts(409) + counts(0)).to.equal(999);
    expect(counts(409)).to.be.above(0);
    expect(episodes()).to.have.length(1);
  });

  it('has no more on at a time than was said', async () => {
    const { url } = await start(['--max-running=1']);
    await postJson(`${url}/scenarios/cpu_burn`, { durationSeconds: 300, intensity: 0.1 });
    const second = await postJson(`${url}/scenarios/disk_thrash`, { durationSeconds: 300, intensity: 0.1 });
    expect(`${second.status} ${errorOf(second)}`).to.match(/^429 1 scenarios are on/);
  });

  it('finds its address in use before it closes the episodes of the one that is there', async () => {
    const { url, victim } = await start();
    await postJson(`${url}/scenarios/cpu_burn`, { durationSeconds: 300, intensity: 0.1 });
    const before = episodes();
    for (const flag of [
      `--victim.listen-address=${victim.replace('http://', '')}`,
      '--victim.listen-address=192.0.2.1:1',
    ]) {
      const second = await scenarios(['serve', flag, `--episodes=${folder}/episodes.csv`], { cwd: folder });
      expect(second.code).to.equal(2);
      expect(second.stderr).to.match(/^kubevigil-scenarios: --victim.listen-address \S+ is [^\n]*\n$/);
    }
    expect(episodes()).to.deep.equal(before);
  });

  describe('for somebody who may not', () => {
    const body = { durationSeconds: 300, intensity: 0.1 };

    it('listens beyond loopback only with a token', async () => {
      for (const address of [':0', '0.0.0.0:0', '[::]:0']) {
        const ended = await scenarios(['serve', `--web.listen-address=${address}`], { cwd: folder });
        expect(ended.code, address).to.equal(2);
        expect(ended.stderr).to.match(
          /^kubevigil-scenarios: --web.listen-address \S+ is not loopback: [^\n]*\n$/,
        );
      }
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('refuses a token that can be guessed or cannot be read', async () => {
      writeFileSync(`${folder}/short`, 'secret\n');
      for (const file of ['short', 'missing']) {
        const ended = await scenarios(['serve', '--token-file', file], { cwd: folder });
        expect(ended.code).to.equal(2);
        expect(ended.stderr).to.match(/^kubevigil-scenarios: --token-file [^\n]*\n$/);
      }
    });

    it('starts nothing without the token, from any address', async function () {
      writeFileSync(`${folder}/token`, `${TOKEN}\n`);
      const { url } = await start(['--token-file', `${folder}/token`, '--web.listen-address=0.0.0.0:0']);
      const other = Object.values(networkInterfaces())
        .flat()
        .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
      if (other === undefined) skip(this, 'this machine has no address but loopback');
      const from = url.replace('127.0.0.1', other);
      for (const base of [url, from]) {
        for (const headers of [
          {},
          { Authorization: 'Bearer wrong' },
          { Authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` },
          { 'X-Kubevigil-Token': `${TOKEN}x` },
        ]) {
          const refused = await postJson(`${base}/scenarios/cpu_burn`, body, headers);
          expect(refused.status).to.equal(401);
          errorOf(refused);
        }
        expect((await ask(`${base}/scenarios`)).status).to.equal(401);
        expect((await ask(`${base}/scenarios/cpu_burn`, { method: 'DELETE' })).status).to.equal(401);
        for (const path of ['/metrics', '/-/healthy', '/-/ready'])
          expect((await ask(`${base}${path}`)).status, path).to.equal(200);
      }
      expect(workers()).to.deep.equal([]);
      const bearer = { Authorization: `Bearer ${TOKEN}` };
      expect((await postJson(`${from}/scenarios/cpu_burn`, body, bearer)).status).to.equal(202);
      const own = { 'X-Kubevigil-Token': TOKEN };
      expect((await ask(`${from}/scenarios/cpu_burn`, { method: 'DELETE', headers: own })).status).to.equal(
        200,
      );
    });

    it('does not answer by a name that was made to point here', async () => {
      const { url } = await start(['--web.allowed-host=scenarios.lab.svc']);
      const { port } = new URL(url);
      for (const host of [
        'attacker.example',
        `attacker.example:${port}`,
        '127.0.0.1.attacker.example',
        '192.0.2.7',
      ]) {
        const refused = await postJson(`${url}/scenarios/cpu_burn`, body, { Host: host });
        expect(refused.status, host).to.equal(421);
      }
      expect(workers()).to.deep.equal([]);
      for (const host of ['localhost', `127.0.0.1:${port}`, 'Scenarios.lab.svc:80', '[::1]'])
        expect((await ask(`${url}/scenarios`, { headers: { Host: host } })).status, host).to.equal(200);
    });

    it("does not do what a page of another site has its reader's browser ask for", async () => {
      const { url } = await start();
      for (const headers of [
        { Origin: 'https://attacker.example' },
        { Origin: 'null' },
        { Origin: 'http://localhost:1' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
      ]) {
        const refused = await postJson(`${url}/scenarios/cpu_burn`, body, headers);
        expect(`${refused.status} ${errorOf(refused)}`).to.match(/^403 /);
      }
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        const refused = await postJson(`${url}/scenarios/cpu_burn`, body, { 'Content-Type': type });
        expect(`${refused.status} ${errorOf(refused)}`).to.match(/^415 /);
      }
      expect(workers()).to.deep.equal([]);
      expect((await postJson(`${url}/scenarios/cpu_burn`, body, { Origin: url })).status).to.equal(202);
    });

    it('asks for names and passwords as the exporter does, beside the token', async () => {
      // The password is "secret".
      const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
      writeFileSync(`${folder}/web.yml`, `basic_auth_users: { me: ${hash} }\n`);
      const { url } = await start([`--web.config.file=${folder}/web.yml`], {
        KUBEVIGIL_SCENARIOS_TOKEN: TOKEN,
      });
      expect((await ask(`${url}/metrics`)).status).to.equal(401);
      const refused = await postJson(`${url}/scenarios/cpu_burn`, body, { 'X-Kubevigil-Token': TOKEN });
      expect(refused.status).to.equal(401);
      expect(workers()).to.deep.equal([]);
    });
  });

  /** As many as may be on at a time, turn by turn, each of which has some of every kind. */
  const turns = Math.ceil(SCENARIOS.length / MOST_RUNNING);
  const TURNS = Array.from({ length: turns }, (_, turn) => SCENARIOS.filter((_one, i) => i % turns === turn));

  /** Starts those that can be started here, gently; with what they may leave outside of their folder. */
  async function startTurn({ url }: Service, turn: number): Promise<number> {
    const parameters: Readonly<Record<string, object>> = { memory_leak: { mebibytes: 64 } };
    let count = 0;
    for (const { name } of TURNS[turn] ?? []) {
      const more = parameters[name] === undefined ? {} : { parameters: parameters[name] };
      const reply = await postJson(`${url}/scenarios/${name}`, {
        durationSeconds: 3_600,
        intensity: 0.1,
        ...more,
      });
      // The others need a cluster, a service beyond loopback, or a folder that is watched.
      expect(reply.status, reply.body).to.be.oneOf([202, 422]);
      if (reply.status === 202) count++;
    }
    expect(count).to.be.at.least(8);
    expect(json(await ask(`${url}/scenarios`))['scenarios']).to.have.length(SCENARIOS.length);
    await waitFor('the workers', () => workers().length >= count);
    return count;
  }
  const temporary = () => readdirSync('/tmp').filter((name) => name.startsWith('.kubevigil-'));

  for (const [turn, scenarios] of TURNS.entries()) {
    const signal = turn % 2 === 0 ? 'SIGTERM' : 'SIGINT';
    it(`undoes everything and closes the episodes of ${scenarios.length} scenarios on ${signal}`, async () => {
      const before = temporary();
      const running = await start([`--max-running=${MOST_RUNNING}`, '--victim.weak-pages']);
      const count = await startTurn(running, turn);
      const ended = await running.end(signal);
      expect(ended.code, ended.stderr).to.equal(0);
      expect(processesWith(`MARK=${folder}`)).to.deep.equal([]);
      expect(files()).to.deep.equal([]);
      expect(episodes().length).to.be.at.least(count);
      for (const { endMs } of episodes()) expect(endMs).to.be.at.most(Date.now());
      // Others may run an implant at the same time; theirs goes, too.
      await waitFor('temporary files to go', () => temporary().every((name) => before.includes(name)));
    });
  }

  it('leaves nothing when it is killed, and the next closes its episodes', async () => {
    const before = temporary();
    const killed = await start([`--max-running=${MOST_RUNNING}`, '--victim.weak-pages']);
    await startTurn(killed, 0);
    await killed.end('SIGKILL');
    await waitFor('the workers to end', () => processesWith(`MARK=${folder}`).length === 0);
    // Its claim on the file: of a process that is no more, which the next takes over.
    expect(files()).to.deep.equal(['episodes.csv.lock']);
    await waitFor('temporary files to go', () => temporary().every((name) => before.includes(name)));
    const left = episodes().map(({ endMs }) => endMs);
    expect(Math.min(...left)).to.be.above(Date.now());
    const restartMs = Date.now();
    const { url } = await start();
    expect(episodes()).to.have.length(left.length);
    for (const { endMs } of episodes()) expect(endMs).to.be.within(restartMs, Date.now());
    const { body } = await ask(`${url}/metrics`);
    expect(body.match(/^kubevigil_scenario_end_timestamp_seconds\{/gm)).to.have.length(left.length);
    expect(body.match(/^kubevigil_scenario_active\{.*\} 0$/gm)).to.have.length(left.length);
  });
});
