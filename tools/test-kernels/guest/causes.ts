import { type Container, doorsOf, ENTER, folderOf } from '../../guests/inside/containers.ts';
import { run } from '../../guests/inside/shell.ts';

/** A program that ends at once, under the name of a shell. */
export const SHELL = '/opt/bin/bash';

/** An ELF program of two instructions: exit(0). Nothing is linked, so that a burst is one of starts and of nothing else. */
export function exitProgram(): Buffer {
  const code = Buffer.from('b83c00000031ff0f05', 'hex');
  const elf = Buffer.alloc(120);
  elf.write('7f454c46020101', 0, 'hex');
  elf.writeUInt16LE(2, 16); // an executable
  elf.writeUInt16LE(62, 18); // for x86-64
  elf.writeUInt32LE(1, 20);
  const [base, header, segment] = [0x400000n, 64, 56];
  elf.writeBigUInt64LE(base + 120n, 24);
  elf.writeBigUInt64LE(BigInt(header), 32);
  elf.writeUInt16LE(header, 52);
  elf.writeUInt16LE(segment, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64); // to be loaded
  elf.writeUInt32LE(5, 68); // to be read and executed
  elf.writeBigUInt64LE(base, 80);
  elf.writeBigUInt64LE(base, 88);
  for (const at of [96, 104]) elf.writeBigUInt64LE(BigInt(120 + code.length), at);
  elf.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([elf, code]);
}

const doors = (container: Container) => doorsOf(container).join('\n');

const repeated = (count: number, child: string) =>
  `for (1..${count}) { my $p = fork // die; if (!$p) { ${child} } waitpid $p, 0; die "child: $?" if $?; }`;

const EXEC = `exec { "${SHELL}" } "bash" or exit 9`;

const on = (cpu: number | undefined) => (cpu === undefined ? [] : ['taskset', '-c', String(cpu)]);

async function perl(code: string, args: readonly string[], cpu?: number): Promise<void> {
  const [file = '', ...rest] = [...on(cpu), 'perl', '-e', code, ...args];
  await run(file, ...rest);
}

/** Programs started one after the other by a process of the container. */
export async function burst(container: Container, count: number, cpu?: number): Promise<void> {
  await perl(`${ENTER} ${repeated(count, EXEC)}`, [doors(container)], cpu);
}

/** Programs started by processes of the host that each go into the container first, and start theirs there. */
export async function burstOfMoved(container: Container, count: number, cpu?: number): Promise<void> {
  const child = `my @a = @ARGV; @ARGV = @a; ${ENTER} ${EXEC}`;
  await perl(repeated(count, child), [doors(container)], cpu);
}

/** Processes of CPU 0 that are moved into the container by CPU 1, and start a program there. */
export async function movedByAnotherCpu(container: Container, count: number): Promise<void> {
  const waits = `$| = 1; print "$$\\n"; <STDIN>; ${EXEC}`;
  const code = `use IPC::Open2; my @doors = split /\\n/, shift;
    for (1..${count}) {
      my $p = open2(my $out, my $in, "taskset", "-c", "0", "perl", "-e", '${waits}');
      my $pid = <$out>; chomp $pid;
      for my $f (@doors) { open(F, ">", $f) or die; print F $pid; close F or die; }
      print $in "go\\n"; close $in; waitpid $p, 0; die if $?;
    }`;
  await perl(code, [doors(container)], 1);
}

/** Children made by clone3 with CLONE_INTO_CGROUP, as runc makes them; each waits, then starts a program. */
export async function burstInto(container: Container, count: number, seconds: number): Promise<void> {
  const child = `select(undef, undef, undef, ${seconds}) if ${seconds}; ${EXEC}`;
  const code = `use Fcntl; sysopen(my $dir, shift, O_RDONLY | O_DIRECTORY) or die;
    for (1..${count}) {
      my $args = pack("Q11", 0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, fileno $dir);
      my $pid = syscall(435, $args, length $args);
      die "clone3: $!" if $pid < 0;
      if (!$pid) { ${child} }
      waitpid $pid, 0; die if $?;
    }`;
  await perl(code, [folderOf(container, 'memory')]);
}

/** Uses a CPU. */
export async function spin(container: Container, seconds: number): Promise<void> {
  await perl(`${ENTER} $SIG{ALRM} = sub { exit 0 }; alarm ${seconds}; 1 while 1;`, [doors(container)]);
}

/** Perl: takes memory, and keeps it until it is killed. */
export const HOG = `${ENTER} my $m = shift; my $s = ""; $s .= "x" x 1048576 for 1..$m; sleep 1000;`;

/** Writes to a file, straight to the disk. */
export async function writeDirectly(
  container: Container,
  file: string,
  blocks: number,
  blockKb: number,
): Promise<void> {
  const dd = `exec "dd", "if=/dev/zero", "of=${file}", "bs=${blockKb}k", "count=${blocks}", "oflag=direct", "status=none"`;
  await perl(`${ENTER} ${dd}`, [doors(container)]);
}
