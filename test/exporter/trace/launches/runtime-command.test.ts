import { expect } from 'chai';
import { launchOf, launchOfFile } from '../../../../exporter/trace/launches/launch.ts';
import { runtimeCommand } from '../../../../exporter/trace/launches/runtime-command.ts';

const command = (line: string) => runtimeCommand(line.split(' '));
const PLAIN = { processFile: undefined, terminal: false, uid: undefined, cwd: undefined };

describe('what a runtime was told', () => {
  const words: [string, object | undefined][] = [
    // As containerd's shim and CRI-O's conmon write it.
    [
      'runc --root /run/containerd/runc/k8s.io --log /run/x/log.json --log-format json --systemd-cgroup exec --process /tmp/runc-process1 --detach --pid-file /run/x/1.pid 0f1e',
      { ...PLAIN, args: [], processFile: '/tmp/runc-process1' },
    ],
    [
      '/usr/bin/crun --root=/run/crun --systemd-cgroup exec --pid-file /p -d --process=/f 0f1e',
      { ...PLAIN, args: [], processFile: '/f' },
    ],
    [
      'runc exec -t --user 1000:1000 --cwd /app 0f1e sh -c :',
      { ...PLAIN, args: ['sh', '-c', ':'], terminal: true, uid: 1000, cwd: '/app' },
    ],
    ['crun exec --env A=--process 0f1e sh --process x', { ...PLAIN, args: ['sh', '--process', 'x'] }],
    ['runc exec -- 0f1e sh', { ...PLAIN, args: ['sh'] }],
    ['runc exec 0f1e -- sh', { ...PLAIN, args: ['sh'] }],
    ['runc exec --user www 0f1e sh', { ...PLAIN, args: ['sh'] }],
    ['runc exec --tty=false 0f1e sh', { ...PLAIN, args: ['sh'] }],
    ['runc exec 0f1e', { ...PLAIN, args: [] }],
    // Nobody knows where options end that nobody knows.
    ['runc exec --new-option 0f1e sh', undefined],
    ['runc --new-option exec 0f1e sh', undefined],
    ['runc state 0f1e', undefined],
    ['runc create --bundle /b 0f1e', undefined],
    ['runc init', undefined],
    ['runc', undefined],
    ['', undefined],
  ];
  for (const [line, expected] of words) {
    it(line, () => expect(command(line)).to.deep.equal(expected));
  }

  it('is nothing without a program', () => {
    expect(launchOf({ ...PLAIN, args: [] })).to.equal(undefined);
    expect(launchOf({ ...PLAIN, args: ['sh'] })).to.deep.equal({
      args: ['sh'],
      terminal: false,
      uid: undefined,
      cwd: undefined,
    });
  });

  it('stands in a file as the runtime specification has it', () => {
    const process = { terminal: true, user: { uid: 7 }, args: ['sh', '-c', 'é'], cwd: '/', env: ['A=b'] };
    const launch = { args: ['sh', '-c', 'é'], terminal: true, uid: 7, cwd: '/' };
    expect(launchOfFile(JSON.stringify(process), false)).to.deep.equal(launch);
    expect(launchOfFile('{"args":["sh"]}', true)).to.deep.equal({
      args: ['sh'],
      terminal: true,
      uid: 0,
      cwd: undefined,
    });
    expect(launchOfFile('{"args":["sh"],"user":{"uid":"7"},"cwd":1}', false)?.uid).to.equal(0);
    for (const bad of [
      '',
      'null',
      '[]',
      '1',
      '{"args":[]}',
      '{"args":"sh"}',
      '{"args":[1]}',
      '{"args":{"length":1}}',
    ])
      expect(launchOfFile(bad, false), bad).to.equal(undefined);
  });
});
