import { type Family, SEEN, unseen } from './model.ts';

const DELETED = 'suspicious_processes deleted_exe';
const MEMFD = 'suspicious_processes memfd_exe';
const TRACED = 'suspicious_processes traced';
const ELEVATED = 'suspicious_processes elevated_container';

const BETWEEN_SCRAPES = 'processes are looked at when the exporter is scraped, and this is over by then';
const BPF = 'a BPF program or an audit rule on the system call, on every node';
const EACH_THREAD = 'reading the status of every thread at each scrape, at 0.03 ms each';

export const PROCESSES: Family = {
  title: 'Processes',
  rows: [
    {
      id: 'deleted',
      in: 'container',
      attack: 'starts a program and removes its file',
      evades: [DELETED],
      outcome: SEEN,
      perl: 'copy("/bin/sleep", "/mnt/x"); stay("/mnt/x", 600); unlink "/mnt/x";',
    },
    {
      id: 'deleted-replaced',
      in: 'container',
      attack: 'starts a program and puts a harmless file in its place',
      evades: [DELETED],
      outcome: SEEN,
      perl: 'copy("/bin/sleep", "/mnt/x"); stay("/mnt/x", 600); copy("/bin/true", "/mnt/y"); rename "/mnt/y", "/mnt/x";',
    },
    {
      id: 'deleted-name',
      in: 'container',
      attack: 'starts a program whose file is called `memfd:x`, and removes the file',
      evades: [DELETED],
      outcome: SEEN,
      perl: 'copy("/bin/sleep", "/mnt/memfd:x"); stay("/mnt/memfd:x", 600); unlink "/mnt/memfd:x";',
    },
    {
      id: 'deleted-other-link',
      in: 'container',
      attack: 'starts a program and removes its file, of which a hard link of another name is left',
      evades: [DELETED],
      outcome: unseen(
        'the file is not deleted: a link to it is left',
        'a stat(2) of its name in the container for each process and scrape, with a guard against mounts that do not answer',
      ),
      perl: 'copy("/bin/sleep", "/mnt/x"); stay("/mnt/x", 600); link "/mnt/x", "/mnt/.y" or die; unlink "/mnt/x";',
    },
    {
      id: 'deleted-of-image',
      in: 'container',
      attack: 'removes a file of the image (a lower layer of its overlay) that it runs',
      evades: [DELETED],
      outcome: unseen(
        'the file is still there, in the layer of the image; so it is a program that the image came with',
        'nothing would be gained',
      ),
      prepare:
        'mkdir "/mnt/$_" for qw(lower upper work root); copy("/bin/sleep", "/mnt/lower/x"); my ($type, $options) = ("overlay\\0", "lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work\\0"); my ($source, $target) = ($type, "/mnt/root\\0"); try("mount", $source, $target, $type, 0, $options);',
      perl: 'stay("/mnt/root/x", 600); unlink "/mnt/root/x" or die;',
    },
    {
      id: 'deleted-brief',
      in: 'container',
      attack: 'removes the file of a program that ends before the next scrape',
      evades: [DELETED],
      outcome: unseen(BETWEEN_SCRAPES, 'an event for each removal of a file, and a look at who runs it'),
      perl: 'copy("/bin/sleep", "/mnt/x"); my $pid = stay("/mnt/x", 0.1); unlink "/mnt/x"; finished($pid);',
    },
    {
      id: 'memory-resident',
      in: 'container',
      attack: 'runs a program from memory (memfd_create)',
      evades: [MEMFD],
      outcome: SEEN,
      perl: 'my $fd = in_memory("/bin/sleep"); stay("/proc/$$/fd/$fd", 600);',
    },
    {
      id: 'memory-large-pages',
      in: 'container',
      attack: 'seals the memory file and names it like a program of the system',
      evades: [MEMFD],
      outcome: SEEN,
      perl: 'my $name = "usr/sbin/nginx\\0"; my $fd = try("memfd_create", $name, 2); open(my $file, ">&=", $fd); binmode $file; syswrite $file, contents("/bin/sleep"); fcntl($file, 1033, 15) or die "seal: $!"; push @held, $file; stay("/proc/$$/fd/$fd", 600);',
    },
    {
      id: 'memory-in-process',
      in: 'container',
      attack: 'loads code into anonymous memory and runs it in the process that it has',
      evades: [MEMFD],
      outcome: unseen(
        'no program is started, and just-in-time compilers do the same',
        'reading `/proc/<pid>/maps` of every process at each scrape, at 0.1 ms each, and an alarm for each such compiler',
      ),
      perl: 'try("mmap", 0, 4096, 7, 0x22, -1, 0);',
    },
    {
      id: 'process-name',
      in: 'container',
      attack: 'runs a program of `/tmp` that calls itself `nginx`',
      evades: ['suspicious_processes temp_exe'],
      outcome: SEEN,
      perl: 'copy("/usr/bin/perl", "/tmp/x"); stay("/tmp/x", "-e", q($0 = "nginx: worker process"; sleep 600));',
    },
    {
      id: 'traced',
      in: 'container',
      attack: 'traces a process (ptrace), and goes on doing so',
      evades: [TRACED],
      outcome: SEEN,
      perl: 'child(sub { call("ptrace", 0, 0, 0, 0); sleep 600 }); pause(0.2);',
    },
    {
      id: 'traced-brief',
      in: 'container',
      attack: 'attaches to a process, changes it, and lets go of it before the next scrape',
      evades: [TRACED],
      outcome: unseen(BETWEEN_SCRAPES, BPF),
      perl: 'my $pid = child(sub { sleep 600 }); pause(0.1); try("ptrace", 16, $pid, 0, 0); waitpid $pid, 0; call("ptrace", 17, $pid, 0, 0);',
    },
    {
      id: 'traced-thread',
      in: 'container',
      attack: 'traces a thread that is not the first of its process',
      evades: [TRACED],
      outcome: unseen('the status of a process is that of its first thread', EACH_THREAD),
      perl: 'eval { require threads; 1 } or cannot("perl has no threads"); my $pid = child(sub { threads->create(sub { sleep 600 }); sleep 600 }); my @threads; for (1 .. 100) { @threads = grep { $_ != $pid } map { m{(\\d+)$} } glob("/proc/$pid/task/*"); last if @threads; pause(0.02) } die "no thread" unless @threads; try("ptrace", 16, $threads[0], 0, 0);',
    },
    {
      id: 'memory-of-other-by-file',
      in: 'container',
      attack: 'changes another process by its `/proc/<pid>/mem`, without being its tracer',
      evades: [TRACED],
      outcome: unseen('nobody is its tracer', BPF),
      perl: 'our $there = "x" x 64; my $pid = child(sub { sleep 600 }); sysopen(my $memory, "/proc/$pid/mem", O_RDWR) or cannot("mem: $!"); sysseek($memory, pointer($there), 0); syswrite($memory, "y" x 64) == 64 or die;',
    },
    {
      id: 'elevated',
      in: 'container',
      attack: 'has all capabilities (a privileged container, or an escape)',
      evades: [ELEVATED],
      outcome: SEEN,
      needs: { privileged: true },
      perl: '',
    },
    {
      id: 'elevated-put-away',
      in: 'container',
      attack: 'has all capabilities, and makes them effective only when it uses them',
      evades: [ELEVATED],
      outcome: SEEN,
      needs: { privileged: true },
      perl: 'my ($permitted) = contents("/proc/self/status") =~ /CapPrm:.*(.{8})$/m; capabilities(0, hex $permitted);',
    },
    {
      id: 'elevated-thread',
      in: 'container',
      attack: 'has all capabilities in a thread that is not the first of its process',
      evades: [ELEVATED],
      outcome: unseen('the status of a process is that of its first thread', EACH_THREAD),
      needs: { privileged: true },
      perl: 'eval { require threads; 1 } or cannot("perl has no threads"); threads->create(sub { sleep 600 }); capabilities($DEFAULT, $DEFAULT);',
    },
    {
      id: 'elevated-own-namespace',
      in: 'container',
      attack: 'makes a user namespace of its own (`unshare -U`), where it has all capabilities',
      evades: [ELEVATED],
      outcome: unseen(
        'there everybody has them, and they reach no further: browsers and build tools do this for their own safety',
        'counting such processes would cost nothing, and alarm for each of these',
      ),
      perl: 'my $pid = child(sub { try("unshare", 0x10000000); sleep 600 }); pause(0.2); die "it ended" if waitpid($pid, 1);',
    },
    {
      id: 'own-process-namespace',
      in: 'container',
      attack: 'starts a shell in a PID namespace of its own, as another number 1',
      evades: ['shell_in_container'],
      outcome: SEEN,
      perl: 'briefly(sub { try("unshare", 0x10000000 | 0x20000000); briefly(sub { exec { "/bin/sh" } "sh", "-c", ":" }) });',
    },
    {
      id: 'hidden-proc',
      in: 'container',
      attack: 'mounts something over its `/proc`, and then starts a shell and a program of `/tmp`',
      evades: ['exec_from_temp_path'],
      outcome: SEEN,
      prepare: 'mounted("tmpfs", "/proc", "tmpfs", 0);',
      perl: 'copy("/bin/sleep", "/tmp/x"); child(sub { exec { "/tmp/x" } "x", 600 }); pause(0.2); start("/bin/sh", "-c", ":");',
    },
    {
      id: 'first-second',
      in: 'container',
      attack:
        'starts a program of `/tmp` in a container whose processes are all gone before its first scrape',
      evades: ['exec_from_temp_path'],
      outcome: SEEN,
      perl: 'copy("/bin/true", "/tmp/x"); start("/tmp/x"); print "done\\n"; POSIX::_exit(0);',
    },
  ],
};
