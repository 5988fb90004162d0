import { counted, type Family, SEEN, unseen } from './model.ts';

const SHELL = 'shell_in_container';
const UUID = '11111111-2222-3333-4444-555555555555';
const ID = 'abcdef0123456789'.repeat(4);

/** Perl: goes into a cgroup of its own below each of the container's. */
const into = (path: string) =>
  `for my $cgroup (@CGROUPS) { my $at = $cgroup; for my $name (split m{/}, "${path}") { $at .= "/$name"; mkdir $at } join_cgroups($at) }`;

const OTHERS =
  'a process is its cgroup’s; who may write to cgroups outside of its own is root on the host already, or was given them';

export const PLACEMENT: Family = {
  title: 'Whose it is',
  rows: [
    {
      id: 'cgroup-like-a-pod',
      in: 'container',
      attack: 'makes cgroups within its own that are named like another pod, and starts a shell there',
      evades: [SHELL],
      outcome: SEEN,
      perl: `${into(`kubepods/burstable/pod${UUID}/${ID}`)} start("/bin/sh", "-c", ":");`,
    },
    {
      id: 'cgroup-like-a-container',
      in: 'container',
      attack: 'makes one that is named like a container of Docker',
      evades: [SHELL],
      outcome: SEEN,
      perl: `${into(`docker-${ID}.scope`)} start("/bin/sh", "-c", ":");`,
    },
    {
      id: 'cgroup-of-user',
      in: 'container',
      attack: "makes one that is named `user.slice`, which is the host's at its root",
      evades: [SHELL],
      outcome: SEEN,
      perl: `${into('user.slice')} start("/bin/sh", "-c", ":");`,
    },
    {
      id: 'cgroup-left',
      in: 'container',
      attack: "moves itself out of its cgroup, to the host's root, and starts a shell there",
      evades: [SHELL],
      outcome: unseen(
        OTHERS,
        'remembering where each process came from, which services of the host would show in as well',
      ),
      perl: 'join_cgroups(map { s{/kubevigil-test-.*}{}r } @CGROUPS); start("/bin/sh", "-c", ":");',
    },
    {
      id: 'cgroup-left-by-thread',
      in: 'container',
      attack: 'moves one thread out of its cgroup (`tasks` of version 1), which starts a shell',
      evades: [SHELL],
      outcome: unseen(
        OTHERS,
        'remembering where each process came from, which services of the host would show in as well',
      ),
      perl: 'eval { require threads; 1 } or cannot("perl has no threads"); my @tasks = map { s{/kubevigil-test-.*}{}r . "/tasks" } @CGROUPS; cannot("containers of this machine are in cgroups of version 2, which no thread leaves alone") unless @tasks == grep { -e } @tasks; briefly(sub { threads->create(sub { my $tid = (split m{/}, readlink("/proc/thread-self"))[-1]; for (@tasks) { open(my $file, ">", $_) or die; print $file $tid; close $file } exec { "/bin/sh" } "sh", "-c", ":" }); sleep 9; die });',
    },
    {
      id: 'cloned-into-cgroup',
      in: 'container',
      attack:
        'has the kernel place a child in another cgroup when it is made (CLONE_INTO_CGROUP), which becomes a shell at once',
      evades: [SHELL],
      outcome: counted(
        'exec_events_unattributed_total',
        'no record tells where such a child is; where nobody could look in time, its start is counted as unattributed',
      ),
      times: 20,
      perl: 'my ($into) = grep { -e "$_/cgroup.controllers" } @CGROUPS; cannot("containers of this machine are in cgroups of version 1, in which clone3 places nobody") unless defined $into; mkdir "$into/below"; sysopen(my $folder, "$into/below", O_RDONLY | O_DIRECTORY) or die; for (1 .. 20) { my $arguments = pack("Q11", 0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, fileno $folder); my $pid = try("clone3", $arguments, length $arguments); if (!$pid) { exec { "/bin/sh" } "sh", "-c", ":" or POSIX::_exit(9) } finished($pid) }',
    },
    {
      id: 'entered-from-host',
      in: 'container',
      attack:
        "enters the container's namespaces from the host without its cgroup (`nsenter`), and starts a shell",
      evades: [SHELL],
      outcome: unseen(
        "what is in a container is told by the cgroup; it counts as the host's, for which the rule is not meant",
        'comparing the namespaces of each process that starts a program: a look at every start through /proc',
      ),
      prepare: 'start("/bin/sh", "-c", ":");',
      perl: '',
    },
    {
      id: 'like-a-runtime',
      in: 'container',
      attack:
        'behaves like a container runtime on its way in: starts itself again, and then a copy in memory',
      evades: ['exec_from_memory_in_container'],
      outcome: SEEN,
      perl: 'my $fd = in_memory("/bin/true"); fcntl($held[-1], F_SETFD, 0); briefly(sub { exec { "/proc/self/exe" } "x", "-e", "exec { q(/proc/self/fd/$fd) } q(x)" });',
    },
    {
      id: 'child-of-runtime',
      in: 'container',
      attack: 'is started by a process of the host that joined the container, and runs from memory there',
      evades: ['exec_from_memory_in_container'],
      outcome: SEEN,
      prepare:
        'my $name = "runc\\0"; my $fd = try("memfd_create", $name, 0); open(my $file, ">&=", $fd); binmode $file; syswrite $file, contents("/bin/sleep"); fcntl($file, F_SETFD, 0); push @held, $file; child(sub { join_cgroups(@CGROUPS); exec { "/proc/self/fd/$fd" } "x", 600 }); pause(0.3);',
      perl: '',
    },
  ],
};
