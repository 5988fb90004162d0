import { scenario } from '../scenario/define.ts';
import { ownAddress, ownAddressObstacle } from '../scenario/own-address.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ReverseShellOptions } from '../workers/reverse-shell.ts';

/** A shell that calls out, where nobody could call in. */
export const reverseShell = scenario('attack', {
  name: 'reverse_shell',
  help: 'Shells whose standard input and output are a socket to an address of its own; they run id, uname, pwd and ls.',
  family: 'post_exploitation',
  technique: 'T1059',
  rules: ['shell_in_container', 'cluster_destination'],
  likeness: {
    like: 'A process connects out, and a shell with the socket as its standard input, output and error does what is typed at the other end.',
    unlike:
      'The other end is a process of the scenario that types four fixed harmless commands, and shells come and go each second, where a real one stays.',
  },
  moves: ['suspicious_execs_per_second', 'tcp_established'],
  parameters: {
    sessions: { help: 'shells at a time, each for a second', default: 10, most: 40 },
  },
  obstacle: ownAddressObstacle,
  work({ durationMs, values, signal }) {
    const options: ReverseShellOptions = { durationMs, address: ownAddress() ?? '', ...values };
    return runWorker('reverse-shell', options, signal);
  },
});
