import { expect } from 'chai';
import { isLoader, programOfLoader } from '../../../../exporter/trace/paths/loader.ts';

describe('the dynamic loader', () => {
  for (const path of [
    '/lib64/ld-linux-x86-64.so.2',
    '/lib/ld-linux.so.2',
    '/lib/ld-linux-aarch64.so.1',
    '/lib/ld-linux-armhf.so.3',
    '/lib/ld-musl-x86_64.so.1',
    '/lib64/ld64.so.2',
    '/usr/lib/x86_64-linux-gnu/ld-2.31.so',
    '/lib/ld.so.1',
    'ld.so',
  ]) {
    it(`is ${path}`, () => expect(isLoader(path)).to.equal(true));
  }

  for (const path of [
    '/usr/bin/ld',
    '/usr/bin/ldd',
    '/lib/libld.so',
    '/lib/ld-linux-x86-64.so.2/x',
    '/old.so',
  ]) {
    it(`is not ${path}`, () => expect(isLoader(path)).to.equal(false));
  }

  const cases: [args: string[], program: string | undefined][] = [
    [['/tmp/x'], '/tmp/x'],
    [['/tmp/x', '--list'], '/tmp/x'],
    [['--library-path', '/a', '/tmp/x'], '/tmp/x'],
    [['--library-path=/a', '--inhibit-cache', './x', 'y'], './x'],
    [['--preload', '/a.so', '--argv0', 'sh', '/tmp/x'], '/tmp/x'],
    [['--', '--odd'], '--odd'],
    [['--list', '/tmp/x'], undefined],
    [['--verify', '/tmp/x'], undefined],
    [['--library-path'], undefined],
    [['--'], undefined],
    [[], undefined],
  ];
  for (const [args, program] of cases) {
    it(`started with ${JSON.stringify(args)} starts ${program ?? 'nothing'}`, () => {
      expect(programOfLoader(['ld.so', ...args])).to.equal(program);
    });
  }
});
