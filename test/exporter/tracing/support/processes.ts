import { type SpawnOptions, spawn } from 'node:child_process';

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${signal ?? code}`));
    });
  });
}

/** Perl: joins the cgroup in the first argument. */
const JOIN = 'my $c = shift; open(F, ">", "$c/cgroup.procs") or die; print F $$; close F;';

/** Runs perl code in a cgroup; Debian always has perl, and it can make any system call. */
export function perlIn(
  cgroup: string,
  code: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<void> {
  return run('perl', ['-e', `${JOIN} ${code}`, cgroup, ...args], options);
}

/** Perl: `count` executions of a program, one after the other, each in a child. */
export function execs(count: number, program: string): string {
  return `for (1..${count}) { my $p = fork // die; if (!$p) { exec { "${program}" } "true" or exit 9 } waitpid $p, 0; die if $?; }`;
}

/** What a `drain` must wait for to see all that has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
