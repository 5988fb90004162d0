import { type ContainerRow, type Family, SEEN, type Sign, unseen } from './model.ts';

const SHELL: readonly [Sign] = ['shell_in_container'];

/** Perl: a service that listens for TCP, at which it can be reached and attacked, and does this then. */
const LISTENS = 'use Socket; socket(S, PF_INET, SOCK_STREAM, 0) && listen(S, 1) or die;';
const SH = 'my $pid = fork; if (!$pid) { exec { "/bin/sh" } "sh", "-c", ":" } waitpid $pid, 0;';

/** Perl: has the container's first program be one of Perl's, to its end. */
const first = (code: string, program = '/usr/bin/perl') =>
  `briefly(sub { exec { "${program}" } "perl", "-e", q{${code}} });`;
/** The same, of a container whose first program is a shell script. */
const firstScript = (text: string) =>
  `script("/mnt/entry.sh", q{#!/bin/sh\n${text}\n}); start("/mnt/entry.sh");`;

const row = (
  id: string,
  attack: string,
  perl: string,
  outcome: ContainerRow['outcome'] = SEEN,
): ContainerRow => ({
  id,
  in: 'container',
  attack,
  evades: SHELL,
  outcome,
  needs: { hasJustBegun: true },
  perl,
});

const OWN_RULE =
  'a rule of your own with other words for `started_by` costs nothing, and counts each such start';

export const DISGUISES: Family = {
  title: 'Who started it',
  note: 'What an image starts by itself, and what a pod’s probes and hooks are, `shell_in_container` leaves out: these try to pass for that.',
  rows: [
    row('disguise-service', 'makes a service start a shell, for comparison', first(LISTENS + SH)),
    row(
      'disguise-session',
      'makes a service start a shell in a session of its own, from a process whose parents are gone',
      first(
        `use POSIX (); ${LISTENS} pipe(R, W); if (!fork) { close R; POSIX::setsid(); if (!fork) { select(undef, undef, undef, 0.1); $^F = 99; exec { "/bin/sh" } "sh", "-c", ":" } exit } close W; 1 while <R>; select(undef, undef, undef, 0.5);`,
      ),
    ),
    row(
      'disguise-in-place',
      'has a service become a shell (execve in the process itself, as shellcode does)',
      first(`${LISTENS} exec { "/bin/sh" } "sh", "-c", ":";`),
    ),
    row(
      'disguise-cron',
      'makes a service start a program that is called `crond`, which starts a shell',
      `copy("/usr/bin/perl", "/mnt/crond"); ${first(`${LISTENS} system { "/mnt/crond" } "crond", "-e", q(${SH});`)}`,
    ),
    row(
      'disguise-script',
      'makes a service start a script that is called like an entry point, which starts a shell',
      `script("/mnt/docker-entrypoint.sh", "#!/bin/sh\\nsh -c :\\n:\\n"); ${first(`${LISTENS} system { "/mnt/docker-entrypoint.sh" } "x";`)}`,
    ),
    row(
      'disguise-chain',
      'makes a service start a shell by way of shells that are called otherwise',
      `symlink "/bin/sh", "/mnt/worker"; ${first(`${LISTENS} system { "/mnt/worker" } "worker", "-c", "/mnt/worker -c '/bin/sh -c :; :'; :";`)}`,
    ),
    row(
      'disguise-comm',
      'makes a service take the name of a shell (prctl), and then start one',
      first(`$0 = "sh"; ${LISTENS} $0 = "crond"; ${SH}`),
    ),
    row(
      'disguise-terminal',
      'makes a service start a shell on a terminal of its own',
      first(
        `use POSIX (); ${LISTENS} sysopen(M, "/dev/ptmx", 2) or die; my $unlock = pack("i", 0); ioctl(M, 0x40045431, $unlock) or die; my $n = pack("i", 0); ioctl(M, 0x80045430, $n) or die; my $pid = fork; if (!$pid) { POSIX::setsid(); open(STDIN, "+<", "/dev/pts/" . unpack("i", $n)) or die; exec { "/bin/sh" } "sh", "-c", ":" } waitpid $pid, 0;`,
      ),
    ),
    row(
      'disguise-script-first',
      'makes a service start a shell whose entry point was a shell script that became the service (`exec`)',
      firstScript(`sh -c :\nexec perl -e '${LISTENS} ${SH}'`),
    ),
    row(
      'disguise-first-program',
      'deploys a pod, or an image, whose own entry point is the shell',
      'start("/bin/sh", "-c", ":");',
      unseen(
        'the first program of a container is what its pod or image says: it was deployed, not broken into; on a terminal it is seen',
        OWN_RULE,
      ),
    ),
    row(
      'disguise-early',
      'makes a program start a shell that does not listen, in the first 30 seconds of its container',
      first(SH),
      unseen(
        'entry points start shells in their beginning (`npm start`), which is over when something listens, or after 30 seconds',
        OWN_RULE,
      ),
    ),
    row(
      'disguise-crontab',
      'changes what the cron of the image runs',
      `copy("/usr/bin/perl", "/mnt/crond"); ${first(`if (!fork) { exec { "/mnt/crond" } "crond", "-e", q(select(undef, undef, undef, 0.3); ${SH}) } select(undef, undef, undef, 0.1); ${LISTENS} wait;`)}`,
      unseen(
        'jobs of cron are what the image came with, and the trace does not tell that a file was changed',
        'watching files in containers; a rule of your own, `started_by == "cron"`, costs nothing',
      ),
    ),
    row(
      'disguise-entry-script',
      'adds to the shell script that is the entry point, while it runs and reads on',
      firstScript(`perl -e '${LISTENS} open(F, ">>", "/mnt/entry.sh"); print F "sh -c :\\n"'\nsleep 0.1`),
      unseen(
        'what the entry point’s own shell starts is taken for the image’s, and the trace does not tell that a file was changed',
        'watching files in containers',
      ),
    ),
  ],
};
