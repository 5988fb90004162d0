import { counted, type Family, SEEN } from './model.ts';

const SHELL = 'shell_in_container';

export const FLOODS: Family = {
  title: 'Beside a flood',
  rows: [
    {
      id: 'flood-of-programs',
      in: 'container',
      attack: 'starts 1,000 programs as fast as it can, and a shell in their midst',
      evades: [SHELL],
      outcome: SEEN,
      perl: 'for (1 .. 1000) { start("/bin/true"); start("/bin/sh", "-c", ":") if $_ == 500 }',
    },
    {
      id: 'flood-of-names',
      in: 'container',
      attack: 'starts programs by 400 different names, and then a shell',
      evades: [SHELL],
      outcome: SEEN,
      perl: 'for (1 .. 400) { symlink "/bin/true", "/mnt/$_"; start("/mnt/$_") } start("/bin/sh", "-c", ":");',
    },
    {
      id: 'flood-of-relative-paths',
      in: 'container',
      attack:
        'starts 600 programs by relative paths, so that the agent stops looking at each, and then `./x` from `/tmp`',
      evades: ['exec_from_temp_path'],
      outcome: counted(
        'unseen_total path_unresolved',
        'more than 200 such starts a second are not looked at; the folder of its parent is taken for its own, and each is counted as unresolved',
      ),
      times: 20,
      perl: 'chdir "/bin"; start("./true") for 1 .. 600; copy("/bin/true", "/tmp/x"); for (1 .. 20) { briefly(sub { chdir "/tmp"; exec { "./x" } "x" }) }',
    },
    {
      id: 'flood-of-processes',
      in: 'container',
      attack:
        'has 1,100 processes begin at once, more than the agent looks at in one scrape, and one from a deleted file',
      evades: ['suspicious_processes deleted_exe'],
      outcome: SEEN,
      perl: 'child(sub { sleep 600 }) for 1 .. 1100; copy("/bin/sleep", "/mnt/x"); stay("/mnt/x", 600); unlink "/mnt/x";',
    },
    {
      id: 'flood-of-namespaces',
      in: 'container',
      attack: 'has 30 network namespaces of its own, and listens in the last',
      evades: ['listening_sockets tcp'],
      outcome: SEEN,
      perl: 'for my $i (1 .. 30) { child(sub { try("unshare", 0x10000000); try("unshare", 0x40000000); hears("0.0.0.0", 4444) if $i == 30; sleep 600 }) } pause(1);',
    },
  ],
};
