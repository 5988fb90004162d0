import { expect } from 'chai';
import { FIELDS, type RuleEvent } from '../../../exporter/catalogue/events/fields.ts';
import { ExecCounter } from '../../../exporter/events/exec-counter.ts';
import {
  type Exec,
  ExecFacts,
  NO_SOURCES,
  type ProcessSources,
} from '../../../exporter/events/exec-facts.ts';
import { parseRules } from '../../../exporter/rules/parse-rules.ts';
import { RuleSet } from '../../../exporter/rules/rule-set.ts';
import type { Program } from '../../../exporter/trace/descent/program.ts';

const OWNER = { namespace: 'shop', pod: 'web-0', container: 'web' };
const PROBE = { kind: 'probe', command: ['sh', '-c', 'alive'] } as const;
const life = { beganNs: 0, creator: undefined, listensNs: 1 };
const injection = { path: '/bin/sh', pid: 7, timeNs: 1e9, launcher: 70 };
const program: Program = { path: '/bin/sh', pid: 7, life, descent: 'exec', injection, isShell: false };
const RUNC: Program = {
  path: '/usr/sbin//runc',
  pid: 70,
  life: undefined,
  descent: undefined,
  injection: undefined,
  isShell: false,
};
const SHELL: Exec = { path: '/bin/sh', pid: 7, timeNs: 1e9, program, parent: RUNC, maker: 71 };

const where = (declared: readonly (typeof PROBE)[] | undefined = []) => ({
  cgroup: '/x',
  owner: OWNER,
  inContainer: true,
  specified: { image: () => 'app:1', declared: () => declared },
});

/** Sources that remember what they were asked for. */
function sources(own: Partial<ProcessSources> = {}) {
  const asked: string[] = [];
  const noting = <K extends keyof ProcessSources>(name: K): ProcessSources[K] =>
    ((...args: never[]) => {
      asked.push(name);
      return ((own[name] ?? NO_SOURCES[name]) as (...given: never[]) => unknown)(...args);
    }) as ProcessSources[K];
  const all: ProcessSources = {
    now: noting('now'),
    executableOf: noting('executableOf'),
    launchOf: noting('launchOf'),
    argumentsOf: noting('argumentsOf'),
  };
  return { asked, all };
}

const HERE = { uid: 33, tty: true, cwd: '/srv/\xc3\xa9' };
const launch = { args: ['sh', '-c', 'id'], terminal: false, uid: 0, cwd: '/' };
const rulesOf = (...conditions: string[]) => {
  const common = { on: 'exec', severity: 'info', mitre: 'T1059', description: 'd' };
  const rules = conditions.map((condition, i) => ({ name: `r${i}`, ...common, condition }));
  return new RuleSet(parseRules(JSON.stringify({ rules }), 'f').rules);
};

describe('what conditions see of an exec', () => {
  it('is what the kernel shows of the process while it is there', () => {
    const facts = new ExecFacts(SHELL, where(), sources({ now: () => HERE }).all);
    expect([facts.uid, facts.tty, facts.cwd]).to.deep.equal([33n, true, '/srv/é']);
    expect([facts.parent_path, facts.parent_name]).to.deep.equal(['/usr/sbin/runc', 'runc']);
    expect([facts.image, facts.started_by]).to.deep.equal(['app:1', 'exec']);
    expect(facts.isWaiting).to.equal(false);
  });

  it('is what the runtime was told, of a program that it started and that has ended', async () => {
    const facts = new ExecFacts(SHELL, where([PROBE]), sources({ launchOf: async () => launch }).all);
    const look = () => [facts.uid, facts.tty, facts.cwd, facts.args, facts.started_by];
    expect(look()).to.deep.equal([undefined, undefined, undefined, undefined, undefined]);
    expect(facts.isWaiting).to.equal(true);
    await facts.ask();
    expect(look()).to.deep.equal([0n, false, '/', launch.args, 'exec']);
    expect([facts.isWaiting, facts.lacksArguments]).to.deep.equal([false, false]);
  });

  it('does not take over from the runtime what another program than the one that it started has', async () => {
    const child = { ...program, pid: 8, path: '/bin/id' };
    const exec = { ...SHELL, pid: 8, path: '/bin/id', program: child };
    const facts = new ExecFacts(exec, where([PROBE]), sources({ launchOf: async () => launch }).all);
    expect([facts.uid, facts.args]).to.deep.equal([undefined, undefined]);
    await facts.ask();
    expect([facts.uid, facts.args, facts.started_by]).to.deep.equal([undefined, undefined, 'exec']);
    expect(facts.lacksArguments).to.equal(true);
  });

  it('is absent where nobody knows, and empty on the host', () => {
    const nowhere = new ExecFacts({ path: '/bin/sh' }, undefined);
    const absent = ['in_container', 'started_by', 'image', 'uid', 'tty', 'cwd', 'parent_path', 'parent_name'];
    for (const field of absent) expect(nowhere[field as keyof RuleEvent<'exec'>], field).to.equal(undefined);
    const onHost = new ExecFacts(
      { path: '/bin/sh' },
      { cgroup: '/', owner: { namespace: '', pod: '', container: '' } },
    );
    expect([onHost.started_by, onHost.image]).to.deep.equal(['', '']);
    const { asked, all } = sources({ executableOf: () => '/sbin/init' });
    const orphan = new ExecFacts({ path: '/bin/sh', maker: 1, pid: 3 }, undefined, all);
    expect([orphan.parent_path, orphan.parent_name]).to.deep.equal(['/sbin/init', 'init']);
    expect(asked).to.include('executableOf');
  });

  it('has every field of the catalogue', () => {
    const facts = new ExecFacts(SHELL, where());
    for (const field of Object.keys(FIELDS.exec)) expect(field in facts, field).to.equal(true);
  });

  it('of a pod that is not known yet does not say who had it started', () => {
    const unknown = { ...where(), specified: { image: () => undefined, declared: () => undefined } };
    expect(new ExecFacts(SHELL, unknown).started_by).to.equal(undefined);
    const service = { ...program, descent: 'service', injection: undefined } as const;
    expect(new ExecFacts({ ...SHELL, program: service }, unknown).started_by).to.equal('service');
  });
});

describe('what an exec costs', () => {
  const matched = (counter: ExecCounter, rules: RuleSet) =>
    counter.samples(rules, []).reduce((sum, { value }) => sum + value, 0);

  it('is no look at a process unless the conditions before it hold', () => {
    const rules = rulesOf(
      'name == "perl" && uid == 0',
      'name == "perl" && "-e" in args',
      'name == "perl" && tty',
    );
    const { asked, all } = sources();
    const counter = new ExecCounter(all);
    for (let i = 0; i < 3; i++) expect(counter.add(rules, SHELL, where([PROBE]))).to.equal(undefined);
    expect(asked).to.deep.equal([]);
    const service = { ...program, descent: 'service', injection: undefined } as const;
    void counter.add(rules, { ...SHELL, path: '/usr/bin/perl', program: service }, where());
    expect(asked).to.deep.equal(['now', 'argumentsOf']);
  });

  it('is one look for all conditions, and none for what the same program showed before', async () => {
    const rules = rulesOf('uid == 33 && tty', 'cwd == "/srv"', 'args.size() == 3', 'started_by == "exec"');
    const { asked, all } = sources({ now: () => HERE, launchOf: async () => launch });
    const counter = new ExecCounter(all);
    await counter.add(rules, SHELL, where([PROBE]));
    expect(asked).to.deep.equal(['now', 'launchOf']);
    expect(matched(counter, rules)).to.equal(3);
    await counter.add(rules, SHELL, where([PROBE]));
    expect(asked, 'another process is another').to.have.length(4);
  });

  it('tells programs of the same path apart by who had them started, and by their parents', () => {
    const rules = rulesOf('started_by == "service"', 'parent_name == "node"');
    const counter = new ExecCounter();
    const node = { ...RUNC, path: '/usr/bin/node' };
    for (const [descent, parent] of [
      ['entrypoint', RUNC],
      ['service', RUNC],
      ['service', node],
      ['entrypoint', node],
      ['entrypoint', RUNC],
    ] as const) {
      counter.add(
        rules,
        { ...SHELL, program: { ...program, descent, injection: undefined }, parent },
        where(),
      );
    }
    const counts = counter.samples(rules, []).filter(({ value }) => value > 0);
    expect(counts.map(({ labels, value }) => [labels['rule'], value])).to.deep.equal([
      ['r0', 2],
      ['r1', 2],
    ]);
  });

  it('shows the same event to whoever is told of a match', async () => {
    const rules = rulesOf('started_by == "exec" && args[2] == "id"');
    const told: unknown[] = [];
    const { all } = sources({ launchOf: async () => launch });
    const counter = new ExecCounter(all);
    await counter.add(rules, SHELL, where([PROBE]), (rule, owner, event) =>
      told.push([rule.name, owner, event.args, event.started_by]),
    );
    expect(told).to.deep.equal([['r0', OWNER, launch.args, 'exec']]);
  });
});
