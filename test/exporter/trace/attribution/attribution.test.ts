import { expect } from 'chai';
import type { Cgroup } from '../../../../exporter/cgroups/table.ts';
import { type Attributed, Attribution } from '../../../../exporter/trace/attribution/attribution.ts';

const THREAD = 0x10f00;
const INTO_CGROUP = 2 ** 33;

const A: Cgroup = { id: 11, path: '/a' };
const B: Cgroup = { id: 12, path: '/b' };
const C: Cgroup = { id: 13, path: '/c' };

/** An attribution with pid 100 (threads 100 and 101) in A, and what /proc would say. */
function started(version2 = true) {
  const alive = new Map<number, Cgroup>();
  const placed = new Map<number, Cgroup>();
  const leaders = new Map<number, number>();
  const lookup = {
    of: (pid: number) => alive.get(pid),
    leaderOf: (pid: number) => leaders.get(pid),
    placed: (pid: number) => placed.get(pid),
    containerOf: ({ path }: Cgroup) => (path.startsWith('/pod') ? path : undefined),
    isShellScript: () => false,
  };
  const attribution = new Attribution(lookup, version2);
  attribution.seed(100, [100, 101], A, 1000);
  const exec = (pid: number, oldPid = pid, path = '/bin/true'): Attributed => {
    const event: Attributed = { cgroup: undefined };
    attribution.exec(1_000_000, pid, oldPid, path, event);
    return event;
  };
  return { attribution, alive, placed, leaders, exec };
}

describe('attribution', () => {
  it('places a child in its parent’s cgroup, whichever thread made it', () => {
    const { attribution, exec } = started();
    attribution.newTask(2000, 100, 200, 0);
    attribution.newTask(2001, 101, 201, 0);
    expect(exec(200).cgroup).to.equal(A);
    expect(exec(201).cgroup).to.equal(A);
  });

  it('moves a process with all its threads, and later children with it, but not earlier ones', () => {
    const { attribution, exec } = started();
    attribution.newTask(2000, 100, 200, 0);
    attribution.attach(100, B);
    attribution.newTask(2001, 101, 201, 0);
    expect(exec(200).cgroup).to.equal(A);
    expect(exec(201).cgroup).to.equal(B);
  });

  it('moves a single thread alone', () => {
    const { attribution, exec } = started();
    attribution.attach(101, B);
    attribution.newTask(2000, 101, 200, 0);
    attribution.newTask(2001, 100, 201, 0);
    expect(exec(200).cgroup).to.equal(B);
    expect(exec(201).cgroup).to.equal(A);
  });

  it('moves the threads whose leader has ended', () => {
    const { attribution, exec } = started();
    attribution.exit(100);
    attribution.attach(100, B);
    attribution.newTask(2000, 101, 200, 0);
    expect(exec(200).cgroup).to.equal(B);
    attribution.exit(101);
    attribution.exit(200);
    expect(attribution.size).to.equal(0);
  });

  it('knows a thread that executes by its old id', () => {
    const { attribution, exec } = started();
    attribution.newTask(2000, 100, 102, THREAD);
    attribution.exit(101);
    attribution.exit(100);
    expect(exec(100, 102).cgroup).to.equal(A);
    expect(attribution.size, 'one task is left').to.equal(1);
    attribution.exit(100);
    expect(attribution.size).to.equal(0);
  });

  it('does not take over the past of a process whose id is used anew', () => {
    const { attribution, exec, alive } = started();
    attribution.newTask(2000, 100, 200, 0);
    attribution.attach(200, B);
    attribution.exit(200);
    attribution.newTask(2001, 100, 200, 0);
    expect(exec(200).cgroup).to.equal(A);
    attribution.attach(200, B);
    attribution.newTask(2002, 100, 200, 0); // the end of the one before was lost
    expect(exec(200).cgroup).to.equal(A);
    expect(alive.size).to.equal(0);
  });

  it('believes /proc rather than older records about a process that was read from there', () => {
    const { attribution, exec } = started();
    attribution.seed(200, [200], B, 1500);
    attribution.newTask(1400, 100, 200, 0);
    expect(exec(200).cgroup).to.equal(B);
  });

  it('takes what was seen at once of a child cloned into a cgroup', () => {
    const { attribution, exec, placed } = started();
    placed.set(200, C);
    attribution.newTask(2000, 100, 200, INTO_CGROUP);
    attribution.newTask(2001, 200, 201, 0);
    expect(exec(201).cgroup).to.equal(C);
  });

  it('asks any living descendant of a child cloned into a cgroup', () => {
    const { attribution, exec, alive } = started();
    attribution.newTask(2000, 100, 200, INTO_CGROUP);
    attribution.newTask(2001, 200, 201, 0);
    attribution.newTask(2002, 200, 202, 0);
    const events = [exec(200), exec(201)];
    attribution.attach(202, B); // has left; may not tell for the others
    const moved = exec(202);
    attribution.exit(200);
    alive.set(201, C).set(202, B);
    attribution.settle();
    expect(events.map(({ cgroup }) => cgroup)).to.deep.equal([C, C]);
    expect(moved.cgroup).to.equal(B);
    attribution.newTask(2003, 201, 203, 0);
    expect(exec(203).cgroup, 'later ones need no asking').to.equal(C);
  });

  it('guesses nothing when none of them lives', () => {
    const { attribution, exec } = started();
    attribution.newTask(2000, 100, 200, INTO_CGROUP);
    const event = exec(200);
    attribution.exit(200);
    attribution.settle();
    expect(event.cgroup).to.equal(undefined);
  });

  it('treats such a child as any other in a hierarchy of version 1, where the flag has no effect', () => {
    const { attribution, exec } = started(false);
    attribution.newTask(2000, 100, 200, INTO_CGROUP);
    expect(exec(200).cgroup).to.equal(A);
  });

  it('asks about a process that it has never seen, once for all its threads', () => {
    const { attribution, exec, alive, leaders } = started();
    leaders.set(301, 300).set(300, 300);
    alive.set(300, B);
    attribution.newTask(2000, 301, 400, 0);
    const event = exec(400);
    attribution.settle();
    expect(event.cgroup).to.equal(B);
    attribution.attach(300, C);
    attribution.newTask(2001, 301, 401, 0);
    expect(exec(401).cgroup, 'the leader’s move is the thread’s').to.equal(C);
  });

  it('believes nothing of what it knew before a loss', () => {
    const { attribution, exec, alive } = started();
    attribution.forgetAll();
    alive.set(100, B);
    const event = exec(100);
    attribution.settle();
    expect(event.cgroup).to.equal(B);
  });

  it('forgets every task that ends', () => {
    const { attribution } = started();
    for (let pid = 1000; pid < 5000; pid += 2) {
      attribution.newTask(pid, 100, pid, 0);
      attribution.newTask(pid, pid, pid + 1, THREAD);
      attribution.exit(pid);
      attribution.exit(pid + 1);
    }
    expect(attribution.size).to.equal(2);
  });
});
