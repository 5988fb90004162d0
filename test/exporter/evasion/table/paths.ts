import { type ContainerRow, counted, type Family, otherwise, SEEN, unseen } from './model.ts';

const TIMES = 3;
const TEMPORARY = 'exec_from_temp_path';
/** A program that ends at once, and one that stays, in a temporary folder. */
const [BRIEF, RESIDENT] = ['copy("/bin/true", "/tmp/x");', 'copy("/bin/sleep", "/tmp/x");'];
const often = (code: string) => `for (1 .. ${TIMES}) { ${code} }`;

/** A program of /tmp that ends at once, by a path that leads to it. */
function spelt(id: string, path: string): ContainerRow {
  return {
    id,
    in: 'container',
    attack: `starts \`${path}\`, which ends at once`,
    evades: [TEMPORARY],
    outcome: SEEN,
    times: TIMES,
    perl: `${BRIEF} mkdir "/tmp/d"; ${often(`start("${path}")`)}`,
  };
}

const LINKS_ARE_NOT_FOLLOWED =
  'rules see the path as it was given, and links and mounts that a container makes itself do not show in it';
const LOOK_AT_EACH =
  'a look at every start through /proc, 20 times the price of its event, in vain for programs that end sooner';

export const PATHS: Family = {
  title: 'Spellings of a path',
  note: 'The program lies in `/tmp`, where `exec_from_temp_path` wants it to be seen.',
  rows: [
    ...[
      ['doubled-slash', '//tmp/x'],
      ['dot', '/./tmp/./x'],
      ['dot-dot', '/usr/../tmp/d/../x'],
      ['many-slashes-and-dots', '///tmp//.//d/..///x'],
      ['root-of-itself', '/proc/self/root/tmp/x'],
      ['root-of-its-thread', '/proc/thread-self/root/tmp/x'],
      ['root-twice', '/proc/self/root/proc/self/root/tmp/x'],
      ['descriptors-and-up', '/dev/fd/../../../tmp/x'],
    ].map(([id = '', path = '']) => spelt(id, path)),
    {
      id: 'root-of-another-process',
      in: 'container',
      attack: 'starts `/proc/<pid>/root/tmp/x` by the number of another process',
      evades: [TEMPORARY],
      outcome: SEEN,
      times: TIMES,
      perl: `${BRIEF} my $path = "/proc/$$/root/tmp/x"; ${often('start($path)')}`,
    },
    {
      id: 'working-directory-link-brief',
      in: 'container',
      attack: 'starts `/proc/self/cwd/x` in `/tmp`, which ends at once',
      evades: [TEMPORARY],
      outcome: SEEN,
      times: TIMES,
      perl: `${BRIEF} chdir "/tmp"; ${often('start("/proc/self/cwd/x")')}`,
    },
    {
      id: 'relative-resident',
      in: 'container',
      attack: 'starts `./x` in `/tmp`, which stays',
      evades: [TEMPORARY],
      outcome: SEEN,
      perl: `${RESIDENT} chdir "/tmp"; stay("./x", 600);`,
    },
    {
      id: 'relative-brief',
      in: 'container',
      attack: 'goes to `/tmp` and starts `./x`, which ends at once',
      evades: [TEMPORARY],
      outcome: SEEN,
      times: TIMES,
      perl: `${BRIEF} chdir "/tmp"; ${often('start("./x")')}`,
    },
    {
      id: 'relative-brief-from-elsewhere',
      in: 'container',
      attack: 'has a child go to `/tmp` and become `./x` there, which ends at once',
      evades: [TEMPORARY],
      outcome: counted(
        'unseen_total path_unresolved',
        'where nobody could look in time, the folder of its parent is taken for its own, and the start is counted as unresolved',
      ),
      times: 20,
      perl: `${BRIEF} for (1 .. 20) { briefly(sub { chdir "/tmp"; exec { "./x" } "x" }) }`,
    },
    {
      id: 'relative-to-open-folder',
      in: 'container',
      attack: 'starts `x` by execveat(2), relative to `/tmp` which it has open',
      evades: [TEMPORARY],
      outcome: counted(
        'unseen_total path_unresolved',
        'which folder a descriptor is, only the process knows; where nobody could look in time, the start is counted as unresolved, and as one from a descriptor',
      ),
      times: 20,
      perl: `${BRIEF} opendir(my $folder, "/tmp"); my $at = fileno $folder; for (1 .. 20) { briefly(sub { execveat($at, "x", 0, "x") }) }`,
    },
    {
      id: 'below-open-folder',
      in: 'container',
      attack: 'starts `/proc/self/fd/<n>/x`, below `/tmp` which it has open; it stays',
      evades: [TEMPORARY],
      outcome: SEEN,
      perl: `${RESIDENT} sysopen(my $folder, "/tmp", O_RDONLY | O_DIRECTORY); my $n = inherit($folder); stay("/proc/self/fd/$n/x", 600);`,
    },
    {
      id: 'open-file',
      in: 'container',
      attack: 'opens `/tmp/x` and starts `/proc/self/fd/<n>`',
      evades: [TEMPORARY],
      outcome: otherwise(
        ['exec_from_memory_in_container'],
        'a start from a descriptor counts as one from memory, whatever file it is',
      ),
      times: TIMES,
      perl: `${BRIEF} open(my $file, "<", "/tmp/x"); my $n = inherit($file); ${often('start("/proc/self/fd/$n")')}`,
    },
    {
      id: 'shared-memory',
      in: 'container',
      attack: 'starts a program in `/dev/shm`',
      evades: [TEMPORARY],
      outcome: SEEN,
      times: TIMES,
      perl: `copy("/bin/true", "/dev/shm/x"); ${often('start("/dev/shm/x")')}`,
    },
    {
      id: 'writable-elsewhere',
      in: 'container',
      attack:
        'starts a program in another folder that it may write to, such as a volume, `/run/lock` or its home',
      evades: [TEMPORARY],
      outcome: unseen(
        'the rule names the folders that every Linux has for temporary files; which others can be written to differs from image to image',
        'a rule of your own with the paths of your volumes costs nothing; telling it for each start a stat(2) in the container',
      ),
      perl: 'copy("/bin/sleep", "/mnt/x"); start("/mnt/x", 0); stay("/mnt/x", 600);',
    },
    {
      id: 'own-link-brief',
      in: 'container',
      attack: 'makes a link `/mnt/a` to `/tmp`, and starts `/mnt/a/x`, which ends at once',
      evades: [TEMPORARY],
      outcome: unseen(LINKS_ARE_NOT_FOLLOWED, LOOK_AT_EACH),
      perl: `${BRIEF} symlink "/tmp", "/mnt/a"; start("/mnt/a/x");`,
    },
    {
      id: 'own-link-resident',
      in: 'container',
      attack: 'makes a link `/mnt/a` to `/tmp`, and starts `/mnt/a/x`, which stays',
      evades: [TEMPORARY],
      outcome: otherwise(['suspicious_processes temp_exe'], 'a process is judged by where its file lies'),
      perl: `${RESIDENT} symlink "/tmp", "/mnt/a"; stay("/mnt/a/x", 600);`,
    },
    {
      id: 'chroot-brief',
      in: 'container',
      attack: 'changes its root to `/tmp/r`, and starts `/x` there, which ends at once',
      evades: [TEMPORARY],
      outcome: unseen('a path is as its process sees it from its own root', LOOK_AT_EACH),
      prepare: 'root_at("/tmp/r")',
      perl: 'copy("/bin/true", "/tmp/r/x"); briefly(sub { chroot "/tmp/r" or die; chdir "/"; exec { "/x" } "x" });',
    },
    {
      id: 'chroot-resident',
      in: 'container',
      attack: 'changes its root to `/tmp/r`, and a program of there stays',
      evades: [TEMPORARY],
      outcome: otherwise(
        ['suspicious_processes temp_exe'],
        "a process is judged by where its file lies in the container, not in a root of the process's own",
      ),
      prepare: 'root_at("/tmp/r")',
      perl: 'copy("/bin/sleep", "/tmp/r/x"); running(child(sub { chroot "/tmp/r" or die; chdir "/"; exec { "/x" } "x", 600 }));',
    },
    {
      id: 'bind-mount',
      in: 'container',
      attack:
        'in a user namespace of its own mounts `/tmp/d` on `/mnt` (`mount --bind`), and starts a program there',
      evades: [TEMPORARY, 'suspicious_processes temp_exe'],
      outcome: unseen(
        'the kernel names a file by the mount that it was reached through, and this one has another name',
        "a look at the device and the inode of each process's executable, and at the mounts of its namespace, at each scrape",
      ),
      perl: 'mkdir "/tmp/d"; copy("/bin/sleep", "/tmp/d/x"); running(child(sub { try("unshare", 0x10000000 | 0x20000); mounted("/tmp/d", "/mnt", "", 4096); exec { "/mnt/x" } "x", 600 }));',
    },
    {
      id: 'first-line-of-script',
      in: 'container',
      attack:
        'starts a script outside of temporary folders whose first line names `/tmp/x`, which ends at once',
      evades: [TEMPORARY],
      outcome: unseen(
        'the kernel tells of the script, and starts the program of its first line without a word',
        LOOK_AT_EACH,
      ),
      perl: `${BRIEF} script("/mnt/s", "#!/tmp/x\\n"); start("/mnt/s");`,
    },
    {
      id: 'first-line-of-script-resident',
      in: 'container',
      attack: 'starts a script outside of temporary folders whose first line names `/tmp/x`, which stays',
      evades: [TEMPORARY],
      outcome: otherwise(['suspicious_processes temp_exe'], 'a process is judged by where its file lies'),
      perl: `copy("/usr/bin/perl", "/tmp/x"); script("/mnt/s", "#!/tmp/x\\nsleep 600;\\n"); stay("/mnt/s");`,
    },
    {
      id: 'library',
      in: 'container',
      attack: 'has a program of the image load a library from `/tmp` (LD_PRELOAD, plug-ins)',
      evades: [TEMPORARY],
      outcome: unseen(
        'no program is started from there',
        'reading `/proc/<pid>/maps` of every process at each scrape, at 0.1 ms each',
      ),
      perl: 'my ($library) = glob("/lib/*/libm.so.6 /lib64/libm.so.6 /usr/lib/libm.so.6"); cannot("no libm.so.6") unless defined $library && -e $library; copy(real($library), "/tmp/l.so"); $ENV{LD_PRELOAD} = "/tmp/l.so"; stay("/bin/sleep", 600);',
    },
  ],
};
