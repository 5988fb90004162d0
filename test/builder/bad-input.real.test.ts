import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../tools/programs/ports.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { clock, serverThat } from './support/server.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const HEADER = 'episode,scenario,start,end,node';

describe('builder build with bad input', () => {
  const newFolder = temporaryFolder();

  /** Runs a build in a folder of its own that holds the files; expects exit 2, one line, and nothing new. */
  async function refused(args: readonly string[], files: Readonly<Record<string, string>>, message: RegExp) {
    const cwd = newFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const { code, stdout, stderr } = await builder(['build', ...args], { cwd });
    expect(stderr).to.match(/^kubevigil-builder: [^\n]*\n$/);
    expect(stderr).to.match(message);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(readdirSync(cwd)).to.deep.equal(Object.keys(files));
  }

  const range = ['--start', '2026-03-29T00:00:00Z', '--end', '2026-03-29T01:00:00Z'];
  const config = (text: string) => ({ 'd.yaml': text });
  const withConfig = ['--config', 'd.yaml'];

  const cases: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    ['no such config', ['--config', 'd.yaml'], {}, /config d\.yaml: there is no such file/],
    ['a config that is no YAML', withConfig, config('a: [1'), /config d\.yaml: .*line/],
    ['a config that is a list', withConfig, config('- a'), /config d\.yaml: expected a mapping/],
    ['an unknown key', withConfig, config('colour: red'), /config d\.yaml: .*colour/],
    [
      'an unknown nested key',
      withConfig,
      config('split:\n  by: time\n  fraction: 1'),
      /d\.yaml: split: .*fraction/,
    ],
    [
      'an unknown column',
      withConfig,
      config('columns: [cpu_busy_ratio, nope]'),
      /columns\.1: unknown column "nope"/,
    ],
    ['an unknown kind of labels', withConfig, config('labels: [{file: x}]'), /d\.yaml: labels\.0/],
    ['a bad duration in the config', withConfig, config('step: 15'), /d\.yaml: step: /],
    [
      'a bad matcher',
      withConfig,
      config("selector: 'a=b'"),
      /d\.yaml: selector: .*no list of label matchers/,
    ],
    [
      'fractions beyond the whole',
      withConfig,
      config('split: {by: node, fractions: [1, 1, 0]}'),
      /split\.fractions/,
    ],
    ['a bad duration', ['--last', '5x'], {}, /--last: "5x" is no duration/],
    ['a bad step', ['--step', 'abc'], {}, /--step: "abc" is no duration/],
    ['a step of nothing', ['--step', '0s'], {}, /--step: must be longer than 0/],
    [
      'an end before the start',
      ['--start', '2026-03-29T01:00:00Z', '--end', '2026-03-29T00:00:00Z'],
      {},
      /is not after start/,
    ],
    ['a local time', ['--start', '2026-03-29T01:00:00'], {}, /start "2026-03-29T01:00:00" is no time/],
    ['start and last', ['--start', '1h', '--last', '1h'], {}, /both last and start/],
    ['an unknown format', ['--format', 'xml'], {}, /format.*xml/],
    ['an unknown flag', ['--nope'], {}, /unknown option '--nope'/],
    ['a bad URL', ['--prometheus', 'somewhere'], {}, /--prometheus: must be a URL/],
    ['no labels file', ['--labels', 'e.csv'], {}, /e\.csv: there is no such file/],
    [
      'an unknown label column',
      ['--labels', 'e.csv'],
      { 'e.csv': `${HEADER},colour\n` },
      /e\.csv line 1: unknown column "colour"/,
    ],
    [
      'a malformed line',
      ['--labels', 'e.csv'],
      { 'e.csv': `${HEADER}\na,b,c\n` },
      /e\.csv line 2: has 3 fields/,
    ],
  ];
  for (const [what, args, files, message] of cases) {
    it(`refuses ${what}`, () => refused(args, files, message));
  }

  it('says that no Prometheus is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await refused([...range, '--prometheus', url], {}, /no Prometheus at http:.*ECONNREFUSED.*start it/);
  });

  const answers: readonly (readonly [string, number, Record<string, string>, string, RegExp])[] = [
    ['401', 401, {}, 'Unauthorized', /refuses the credentials \(401\): set bearerToken/],
    ['403', 403, {}, 'Forbidden', /refuses the credentials \(403\)/],
    [
      '422',
      422,
      JSON_TYPE,
      '{"status":"error","errorType":"execution","error":"too\\nmuch"}',
      /refuses a query \(422, execution: too much\)/,
    ],
    [
      '400',
      400,
      JSON_TYPE,
      '{"status":"error","errorType":"bad_data","error":"parse error"}',
      /refuses a query \(400, bad_data: parse error\)/,
    ],
    [
      'HTML',
      200,
      { 'Content-Type': 'text/html' },
      '<html>\n<b>Log in</b>',
      /answers 200 with text\/html instead of Prometheus' JSON/,
    ],
    ['half of a JSON text', 200, JSON_TYPE, '{"status":"succ', /instead of Prometheus' JSON/],
    ['another JSON', 200, JSON_TYPE, '[]', /instead of Prometheus' JSON/],
    ['a redirect', 302, { Location: 'http://127.0.0.1/login' }, '', /redirects \(302\)/],
    [
      'a warning',
      200,
      JSON_TYPE,
      '{"status":"success","data":{},"warnings":["one store is away"]}',
      /answers only in part: one store is away/,
    ],
  ];
  for (const [what, status, headers, body, message] of answers) {
    it(`refuses ${what} instead of an answer`, async () => {
      const server = await serverThat((_, response) => response.writeHead(status, headers).end(body));
      try {
        await refused([...range, '--prometheus', server.url], {}, message);
      } finally {
        await server.close();
      }
    });
  }

  it('never shows the password of a URL', async () => {
    const port = await freePort();
    await refused(['--prometheus', `http://me:secret@127.0.0.1:${port}`], {}, /^(?!.*secret).*$/m);
  });

  it('refuses an output folder that is a file, or holds something else', async () => {
    const server = await serverThat(({ url }, response) => {
      if (url?.includes('/query?')) return clock(response);
      const data = url?.includes('/label/')
        ? ['kubevigil']
        : { version: '2.42.0', resultType: 'matrix', result: [] };
      response.writeHead(200, JSON_TYPE).end(JSON.stringify({ status: 'success', data }));
    });
    const args = [...range, '--prometheus', server.url, '--config', 'd.yaml', '--output', 'out'];
    const interval = 'scrapeInterval: 15s\n';
    try {
      await refused(args, { 'd.yaml': interval, out: '' }, /out: is a file, not a folder/);
      await refused(
        [...args, '--output', '.'],
        { 'd.yaml': interval, 'thesis.txt': '' },
        /holds d\.yaml, but no dataset/,
      );
      await refused(
        [...args, '--output', '.'],
        { 'd.yaml': interval, 'manifest.json': '{}' },
        /manifest that is not ours/,
      );
      await refused(args, { 'd.yaml': interval }, /there is no sample between/);
    } finally {
      await server.close();
    }
  });
});
