/**
 * What floods do, in perl, since a process of it starts in milliseconds and takes 5 MB. Each goes into its container, then does
 * `tick($n)` some fifty times a second, so that it comes to its rate; once a second it writes how much it has done. It ends with its input.
 */
import { ENTER } from './marks/actor.ts';

const PACE = `use strict; use warnings; no strict "vars"; use Socket; use Fcntl; use POSIX ":sys_wait_h"; use Time::HiRes qw(time sleep); $| = 1;
${ENTER}
my ($rate, $folder) = splice @ARGV, 0, 2;
my ($done, $told, $began) = (0, time, time);
fcntl(STDIN, F_SETFL, O_NONBLOCK);
sub pace {
  my ($tick, $stop) = @_;
  for (;;) {
    my $read = sysread(STDIN, my $x, 1); last if defined $read && $read == 0;
    # Not more than a second of it is made up for: what a machine cannot do is not done later at once.
    my $due = int((time - $began) * $rate) - $done; if ($due > $rate) { $began += ($due - $rate) / $rate; $due = int $rate; }
    for (1 .. $due) { $tick->($done); $done++; }
    if (time - $told >= 1) { print "$done\\n"; $told = time; }
    sleep 0.02;
  }
  $stop->() if $stop;
}
`;

/** Fifty thousand names of programs, one after the other. */
const EXECS = `my $running = 0;
sub reap { while ($running > $_[0]) { my $p = waitpid(-1, 0); last if $p <= 0; $running--; } }
link("$folder/program", "$folder/name$_") for 0 .. 999;
my @names = map { "$folder/name$_" } 0 .. 999;
pace(sub {
  my ($i) = @_;
  my $new = "$folder/" . substr("n" . ($i % 50_000) . "-flooding-name", 0, 15);
  rename $names[$i % 1000], $new; $names[$i % 1000] = $new;
  reap(40);
  my $p = fork; return unless defined $p;
  if (!$p) { no warnings; exec { $new } $new; POSIX::_exit(9) }
  $running++;
}, sub { reap(0) });`;

/** Fifty thousand addresses, at which nobody listens. */
const CONNECTS = `pace(sub {
  my ($i) = @_; $i %= 50_000;
  socket(my $s, PF_INET, SOCK_STREAM, 0) or return;
  fcntl($s, F_SETFL, O_NONBLOCK);
  connect($s, pack_sockaddr_in(9, pack "C4", 127, 64 + $i / 65_536, $i / 256 % 256, $i % 256));
});`;

/** Network namespaces that last up to a second. */
const NAMESPACES = `my $number = { x86_64 => 272, aarch64 => 97 }->{ (POSIX::uname())[4] } or die "unshare(2) is not known here";
my $running = 0;
pace(sub {
  while ($running > 0 && waitpid(-1, WNOHANG) > 0) { $running--; }
  return if $running >= 200;
  my $p = fork; return unless defined $p;
  if (!$p) { syscall($number, 0x40000000); sleep rand; POSIX::_exit(0) }
  $running++;
}, sub { 1 while wait > 0 });`;

/** A megabyte of a container's log a tick in lines of 100 bytes, rotated as the kubelet does at 10 MiB. */
const LINES = `my $file = "$folder/0.log"; my ($size, $open) = (0);
sub again { open($open, ">>", $file) or die "$file: $!"; binmode $open; $size = 0; }
again();
pace(sub {
  my ($i) = @_;
  my $line = sprintf("2026-11-28T03:00:00.000000000Z stdout F %-58s\\n", "line $i of a flood, login of nobody");
  syswrite($open, $line x 10_000); $size += length($line) * 10_000;
  return if $size < 10 * 1024 * 1024;
  rename $file, "$file.rotated"; again();
});`;

/** The host's log of logins, emptied as copytruncate does. */
const LOGINS = `my $file = "$folder/auth.log"; my $size = 0;
open(my $out, ">>", $file) or die "$file: $!";
pace(sub {
  my ($i) = @_;
  my $line = "Nov 28 03:00:00 host sshd[1]: Failed password for root from 10.0.0.1 port " . (1 + $i % 65_535) . " ssh2\\n";
  $size += syswrite($out, $line);
  if ($size > 10 * 1024 * 1024) { truncate $out, 0; $size = 0; }
});`;

export const FLOODS = {
  execs: { script: PACE + EXECS, rate: 600, unit: 'programs' },
  connects: { script: PACE + CONNECTS, rate: 500, unit: 'connects' },
  namespaces: { script: PACE + NAMESPACES, rate: 10, unit: 'namespaces' },
  logs: { script: PACE + LINES, rate: 2, unit: 'MB of lines' },
  logins: { script: PACE + LOGINS, rate: 2_000, unit: 'failed logins' },
} as const;

export type FloodName = keyof typeof FLOODS;
