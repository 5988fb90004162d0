import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { execs } from '../../../exporter/extractors/execs.ts';
import { files } from '../../../exporter/extractors/files.ts';
import { logs } from '../../../exporter/extractors/logs.ts';
import { HangGuard, UnansweredError } from '../../../exporter/kernel/hang-guard.ts';
import { Unseen } from '../../../exporter/kernel/unseen.ts';
import { networkNamespaces } from '../../../exporter/netns/namespaces.ts';
import { RuleBook } from '../../../exporter/rules/rule-book.ts';
import { AT, CONTAINER, openOnEvents } from '../../support/event-series.ts';
import { extractOnce } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { services } from '../../support/services.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const countsOf = (unseen: Unseen) => Object.fromEntries(unseen.counts());

describe('Unseen', () => {
  const at = temporaryPaths();

  async function rulesOf(...rules: readonly string[]): Promise<RuleBook> {
    const path = at('rules.yaml');
    writeFileSync(
      path,
      `rules:\n${rules.map((rule) => `  - {severity: info, mitre: T1059, description: d., ${rule}}\n`).join('')}`,
    );
    return RuleBook.open(path, () => {});
  }

  it('has a series for what is looked for, from 0 on, and none for the rest', () => {
    const unseen = new Unseen();
    expect(countsOf(unseen)).to.deep.equal({});
    unseen.expect('file_unread', 'log_unread');
    unseen.note('log_unread', 2);
    unseen.expect('log_unread');
    expect(countsOf(unseen)).to.deep.equal({ file_unread: 0, log_unread: 2 });
  });

  it('counts under a reason what is in nobody’s way: neither absences nor what waits for a mount, which has a reason of its own', () => {
    const unseen = new Unseen();
    const codes = ['absent', 'foreign', 'unreadable', 'failed', 'malformed'] as const;
    const errors = codes.map((code) => new SourceError(code, '/x', code));
    unseen.noteErrors('file_unread', [...errors, new UnansweredError('/x', 'did not answer')]);
    expect(countsOf(unseen)).to.deep.equal({ file_unread: 3 });
  });

  it('counts each call that a mount did not answer, and each that was not made for it', async () => {
    const unseen = new Unseen();
    const guard = new HangGuard(5, () => unseen.note('mount_unresponsive'));
    const ask = (path: string) =>
      guard.run(path, () => new Promise(() => {}), { id: '0:50', isLocal: false }).catch(() => {});
    for (const path of ['/a', '/a', '/b']) await ask(path);
    expect(countsOf(unseen)).to.deep.equal({ mount_unresponsive: 3 });
    await guard.run('/c', async () => 'here', { id: '8:1', isLocal: true });
    expect(countsOf(unseen)).to.deep.equal({ mount_unresponsive: 3 });
  });

  it('counts programs by paths that lead on from an unknown folder', async () => {
    const unseen = new Unseen();
    const { source, scrape, close } = await openOnEvents(execs, undefined, { unseen });
    const exec = (path: string | undefined, absolutePath: string | undefined) =>
      ({ kind: 'exec', ...AT, path, absolutePath, cgroup: CONTAINER }) as const;
    expect(countsOf(unseen)).to.deep.equal({ path_unresolved: 0 });
    source.events = [
      exec('/bin/ls', '/bin/ls'),
      exec('./x', undefined),
      { ...exec('x', undefined), presumedPath: '/tmp/x' },
      exec(undefined, undefined),
    ];
    await scrape();
    expect(countsOf(unseen)).to.deep.equal({ path_unresolved: 2 });
    close();
  });

  it('counts arguments that are gone, as long as a rule asks for any', async () => {
    const unseen = new Unseen();
    const rules = await rulesOf('name: own, on: exec, condition: "args.size() > 1"');
    const { source, scrape, close } = await openOnEvents(execs, undefined, { unseen, rules });
    const nobody = 2 ** 22;
    source.events = [
      { kind: 'exec', timeNs: 1, pid: nobody, path: '/x', absolutePath: '/x', cgroup: CONTAINER },
    ];
    await scrape();
    expect(countsOf(unseen)).to.deep.equal({ path_unresolved: 0, arguments_gone: 1 });
    close();
  });

  it('counts watched files and logs of which something else took the place, at each look', async () => {
    const unseen = new Unseen();
    mkdirSync(at('root'));
    mkdirSync(at('root', 'a.log'));
    symlinkSync('loop', at('root', 'loop'));
    const rules = await rulesOf(
      'name: loops, on: file, paths: [/loop/x]',
      'name: logs, on: log, files: [/a.log], condition: "true"',
    );
    const given = { paths: { procfs: '/proc', sysfs: '/sys', rootfs: at('root') }, rules, unseen };
    const own = await services(given);
    for (let i = 1; i <= 2; i++) {
      await extractOnce(files, memoryHost({}), (await files.open?.(own)) as never);
    }
    const polling = await logs.open?.(own);
    await extractOnce(logs, memoryHost({}), polling as never);
    await logs.close?.(polling as never);
    const counts = countsOf(unseen);
    expect(counts['file_unread']).to.equal(4);
    expect(counts['log_unread']).to.equal(2);
  });

  it('counts no namespace of the recorded host', () => {
    const host = fixtureHost();
    networkNamespaces(host);
    expect(countsOf(host.unseen)).to.deep.equal({ process_unread: 0, namespace_unread: 0 });
  });
});
