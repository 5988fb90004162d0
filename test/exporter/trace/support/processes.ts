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
export const JOIN = 'my $c = shift; open(F, ">", "$c/cgroup.procs") or die; print F $$; close F;';

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

/**
 * Perl: makes `count` children by clone3 with CLONE_INTO_CGROUP, one after the other; each waits `seconds`, then executes `program`.
 * The cgroup's folder is the next argument.
 */
export function cloneIntoCgroup(count: number, seconds: number, program: string): string {
  return `use Fcntl; my $into = shift; sysopen(my $dir, $into, O_RDONLY | O_DIRECTORY) or die;
    for (1..${count}) {
      my $args = pack("Q11", 0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, fileno $dir);
      my $pid = syscall(435, $args, length $args);
      die "clone3: $!" if $pid < 0;
      if (!$pid) { select(undef, undef, undef, ${seconds}) if ${seconds}; exec "${program}" or exit 9 }
      waitpid $pid, 0; die if $?;
    }`;
}

/** Perl: connects by TCP to the address (4 or 6, its text) and port in the next arguments, whatever comes of it. */
export const CONNECT = `use Socket qw(:all); my ($family, $text, $port) = @ARGV;
  my $six = $family == 6;
  socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die;
  my $address = inet_pton($six ? AF_INET6 : AF_INET, $text);
  connect($s, $six ? pack_sockaddr_in6($port, $address) : pack_sockaddr_in($port, $address));`;
