import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeEpisodes } from '../../../dataset/episodes/episodes.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';

describe('builder label add', () => {
  const newFolder = temporaryFolder();
  const START = '2026-11-27T10:00:00Z';
  const END = '2026-11-27T10:05:00Z';
  const add = (file: string, ...args: string[]) => builder(['label', 'add', '--file', file, ...args]);
  const whole = ['--start', START, '--end', END, '--node', 'node-a'];

  it('writes an episode that the builder reads, and who said so beside it', async () => {
    const file = join(newFolder(), 'labels', 'verdicts.csv');
    const first = await add(
      file,
      ...whole,
      '--as',
      'mining',
      '--author',
      'Ada',
      '--note',
      'seen in "top", twice',
    );
    expect(first.stderr).to.equal('');
    expect(first.stdout).to.match(/^verdict-\S+\n$/);
    await add(
      file,
      ...whole,
      '--as',
      'normal',
      '--cluster',
      'lab',
      '--namespace',
      'shop',
      '--pod',
      'web-0',
      '--author',
      'Eve',
    );
    const episodes = decodeEpisodes(readFileSync(file), file);
    const [mining, none] = episodes;
    expect(mining).to.include({
      scenario: 'mining',
      role: 'attack',
      node: 'node-a',
      pod: '',
      startMs: Date.parse(START),
    });
    expect(none).to.include({
      scenario: 'false_alarm',
      role: 'benign',
      cluster: 'lab',
      namespace: 'shop',
      pod: 'web-0',
    });
    const provenance = readFileSync(`${file}.provenance.jsonl`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(provenance.map(({ author, as, note }) => [author, as, note])).to.deep.equal([
      ['Ada', 'mining', 'seen in "top", twice'],
      ['Eve', 'normal', ''],
    ]);
    expect(provenance[0]?.['id']).to.equal(first.stdout.trim());
  });

  it('takes the user of the terminal for the author, and durations back from now', async () => {
    const file = join(newFolder(), 'verdicts.csv');
    const { code } = await add(file, '--start', '10m', '--end', '5m', '--node', 'n', '--as', 'mining');
    expect(code).to.equal(0);
    const [episode] = decodeEpisodes(readFileSync(file), file);
    expect((episode?.endMs ?? 0) - (episode?.startMs ?? 0)).to.equal(300_000);
    expect(JSON.parse(readFileSync(`${file}.provenance.jsonl`, 'utf8'))).to.have.property('author').that.is
      .not.empty;
  });

  it('refuses in one line what is no label, and leaves the file as it was', async () => {
    const file = join(newFolder(), 'verdicts.csv');
    const refused = async (wanted: RegExp, ...args: string[]) => {
      const { code, stderr } = await add(file, ...args);
      expect(stderr).to.match(wanted);
      expect(stderr.trimEnd()).not.to.include('\n');
      expect(code).to.equal(2);
    };
    await refused(
      /--end 2026-11-27T10:00:00.000Z is not after --start/,
      '--start',
      END,
      '--end',
      START,
      '--node',
      'a',
      '--as',
      'x',
    );
    await refused(
      /--start "yesterday" is no time/,
      '--start',
      'yesterday',
      '--end',
      END,
      '--node',
      'a',
      '--as',
      'x',
    );
    await refused(/--as "Big Attack"/, ...whole, '--as', 'Big Attack');
    await refused(/--node "a\\nb"/, '--start', START, '--end', END, '--node', 'a\nb', '--as', 'x');
    await refused(/--namespace and --pod go together/, ...whole, '--as', 'x', '--pod', 'web-0');
    await refused(/required option '--node <name>'/, '--start', START, '--end', END, '--as', 'x');
    const theirs = 'episode,scenario,start,end,node\n';
    writeFileSync(file, theirs);
    await refused(
      /has other columns than verdicts have: give them a file of their own/,
      ...whole,
      '--as',
      'x',
    );
    expect(readFileSync(file, 'utf8')).to.equal(theirs);
  });
});
