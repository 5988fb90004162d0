/** A process in a container, which does there what it is told. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Cell } from '../cells.ts';

/** Perl, since it starts in milliseconds: goes through the doors, then does a line of its input after the other. It ends with us. */
export const ENTER =
  'for my $f (split /\\n/, shift) { open(F, ">", $f) or die "$f: $!"; print F $$; close F or die "$f: $!"; }';

const ACTOR = `use strict; use warnings; no strict "vars"; use Socket; use Fcntl; $| = 1;
${ENTER}
print "ok\\n";
sub child { my ($run) = @_; my $p = fork // die "fork: $!\\n"; if (!$p) { $run->(); exit 9 } waitpid $p, 0; die "child: $?\\n" if $?; }
my %do = (
  exec => sub { my ($path) = @_; child(sub { exec { $path } $path }) },
  orphan => sub { my ($path) = @_; child(sub { my $p = fork // die; exit 0 if $p; exec { $path } $path }) },
  connect => sub {
    my ($ip, $port) = @_;
    socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!\\n";
    fcntl($s, F_SETFL, O_NONBLOCK);
    connect($s, pack_sockaddr_in($port, inet_aton($ip)));
  },
);
while (my $line = <STDIN>) {
  chomp $line;
  my ($name, @arguments) = split / /, $line;
  eval { $do{$name}->(@arguments); 1 } ? print "ok\\n" : print "failed: $@\\n";
}`;

export class Actor {
  readonly pid: number;
  readonly #say: (line: string) => void;
  readonly #answers: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  /** One thing after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor({ doors }: Cell) {
    const child = spawn('perl', ['-e', ACTOR, doors.join('\n')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.pid = child.pid ?? 0;
    this.#answers = createInterface(child.stdout)[Symbol.asyncIterator]();
    this.#ended = once(child, 'exit');
    child.stdin.on('error', () => {}); // it was killed: the answer that does not come tells
    this.#say = (line) => {
      if (line === '') child.stdin.end();
      else child.stdin.write(`${line}\n`);
    };
    this.#last = this.#answer('enter');
  }

  /** @throws {Error} when it could not be done */
  do(command: string): Promise<void> {
    const next = this.#last.then(() => {
      this.#say(command);
      return this.#answer(command);
    });
    this.#last = next.catch(() => {});
    return next;
  }

  async end(): Promise<void> {
    await this.#last;
    this.#say('');
    await this.#ended;
  }

  async #answer(command: string): Promise<void> {
    const { value, done } = await this.#answers.next();
    if (value !== 'ok') throw new Error(`${command}: ${done ? 'the process ended' : value}`);
  }
}
