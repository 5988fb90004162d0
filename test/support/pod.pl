# A process that does, on command, what processes in pods do. Reads lines from standard input and answers each with
# "ok" or "error <why>". Nothing but perl-base and the kernel, so that it runs wherever the tests do.
use strict;
use warnings;
use Socket;

$| = 1;
my ($TUNSETIFF, $SIOCSIFADDR, $SIOCSIFNETMASK, $SIOCGIFFLAGS, $SIOCSIFFLAGS) =
  (0x400454ca, 0x8916, 0x891c, 0x8913, 0x8914);
my ($IFF_UP, $IFF_PROMISC, $IFF_TUN, $IFF_NO_PI) = (0x1, 0x100, 0x1, 0x1000);
my %syscall = (
  x86_64 => { memfd_create => 319, ptrace => 101, unshare => 272, vfork => 58 },
  aarch64 => { memfd_create => 279, ptrace => 117, unshare => 97 },
);
my $machine = (POSIX_uname())[4];
my (%held, @children, $tun);

sub POSIX_uname { require POSIX; return POSIX::uname(); }
sub number { my $n = $syscall{$machine}{ $_[0] }; die "no $_[0] on $machine\n" unless defined $n; return $n; }
sub any { socket(my $s, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n"; return $s; }

sub flags {
  my ($device, $set, $clear) = @_;
  my $s = any();
  my $request = pack('a16 s x22', $device, 0);
  ioctl($s, $SIOCGIFFLAGS, $request) or die "SIOCGIFFLAGS $device: $!\n";
  my $now = (unpack('a16 S', $request))[1];
  $request = pack('a16 S x22', $device, ($now | $set) & ~$clear);
  ioctl($s, $SIOCSIFFLAGS, $request) or die "SIOCSIFFLAGS $device: $!\n";
}

sub address {
  my ($request, $device, $ip) = @_;
  ioctl(any(), $request, pack('a16 a16 x8', $device, pack_sockaddr_in(0, inet_aton($ip)))) or die "$device: $!\n";
}

sub checksum {
  my $sum = 0;
  $sum += $_ for unpack('n*', $_[0] . "\0" x (length($_[0]) % 2));
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}

# A SYN from an address that does not answer.
sub syn {
  my ($from, $to, $port, $source) = @_;
  my $tcp = pack('n n N N C C n n n', $source, $port, 1, 0, 0x50, 2, 8192, 0, 0);
  my $pseudo = inet_aton($from) . inet_aton($to) . pack('n n', 6, length $tcp);
  substr($tcp, 16, 2) = pack('n', checksum($pseudo . $tcp));
  my $ip = pack('C C n n n C C n a4 a4', 0x45, 0, 40, 1, 0, 64, 6, 0, inet_aton($from), inet_aton($to));
  substr($ip, 10, 2) = pack('n', checksum($ip));
  return $ip . $tcp;
}

sub child {
  my ($run) = @_;
  my $pid = fork();
  die "fork: $!\n" unless defined $pid;
  if ($pid == 0) { setpgrp(0, 0); $SIG{TERM} = 'DEFAULT'; open(STDIN, '<', '/dev/null'); $run->(); exit 0; }
  push @children, $pid;
  select(undef, undef, undef, 0.1);
  return $pid;
}

# Until the child runs what it shall: on a busy machine that takes its time.
sub await_program {
  my ($pid, $pattern) = @_;
  for (1 .. 200) {
    return if (readlink("/proc/$pid/exe") // '') =~ $pattern;
    select(undef, undef, undef, 0.05);
  }
  die "process $pid runs something else\n";
}

sub connection {
  my ($ip, $port, $wait) = @_;
  socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
  require Fcntl;
  fcntl($s, Fcntl::F_SETFL(), Fcntl::O_NONBLOCK()) unless $wait;
  my $done = connect($s, pack_sockaddr_in($port, inet_aton($ip)));
  die "connect: $!\n" if $wait && !$done;
  return $s;
}

my %do = (
  ready => sub { },
  up => sub { flags($_[0], $IFF_UP, 0) },
  promiscuous => sub { flags($_[0], $IFF_PROMISC, 0) },
  modest => sub { flags($_[0], 0, $IFF_PROMISC) },
  tun => sub {
    my ($device, $ip) = @_;
    sysopen($tun, '/dev/net/tun', 2) or die "/dev/net/tun: $!\n";
    ioctl($tun, $TUNSETIFF, pack('a16 S x22', $device, $IFF_TUN | $IFF_NO_PI)) or die "TUNSETIFF: $!\n";
    address($SIOCSIFADDR, $device, $ip);
    address($SIOCSIFNETMASK, $device, '255.255.255.0');
    flags($device, $IFF_UP, 0);
  },
  syn => sub { syswrite($tun, syn(@_)) or die "tun: $!\n" },
  listen => sub {
    my ($port, $backlog) = @_;
    socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
    setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($s, pack_sockaddr_in($port, INADDR_ANY)) or die "bind: $!\n";
    listen($s, $backlog) or die "listen: $!\n";
    $held{"listener$port"} = $s;
  },
  udp => sub {
    my $s = any();
    bind($s, pack_sockaddr_in($_[0], INADDR_ANY)) or die "bind: $!\n";
    $held{"udp$_[0]"} = $s;
  },
  connect => sub { my ($name, $ip, $port) = @_; $held{$name} = connection($ip, $port, 1); },
  begin => sub { my ($name, $ip, $port) = @_; $held{$name} = connection($ip, $port, 0); },
  accept => sub { my ($name, $port) = @_; accept($held{$name}, $held{"listener$port"}) or die "accept: $!\n"; },
  close => sub { close(delete $held{ $_[0] }) or die "close: $!\n" },
  packet => sub { socket(my $s, 17, SOCK_RAW, 0x0300) or die "packet: $!\n"; $held{ $_[0] } = $s; },
  raw => sub { my ($name, $protocol) = @_; socket(my $s, PF_INET, SOCK_RAW, $protocol // 1) or die "raw: $!\n"; $held{$name} = $s; },
  raw6 => sub { my ($name, $protocol) = @_; socket(my $s, PF_INET6, SOCK_RAW, $protocol) or die "raw6: $!\n"; $held{$name} = $s; },
  write => sub { open(my $f, '>', $_[0]) or die "$_[0]: $!\n"; print $f $_[1]; close $f or die "$_[0]: $!\n"; },
  network => sub { syscall(number('unshare'), 0x40000000) == 0 or die "unshare: $!\n" },
  mounts => sub { syscall(number('unshare'), 0x20000) == 0 or die "unshare: $!\n" },
  run => sub { system(@_) == 0 or die "@_: $?\n" },
  exec => sub { my @command = @_; child(sub { exec { $command[0] } @command or exit 1 }) },
  sleep => sub { child(sub { sleep 600 }) },
  spin => sub { child(sub { 1 while 1 }) },
  stop => sub { child(sub { kill 'STOP', $$ }) },
  zombie => sub { child(sub { exit 0 }) },
  blocked => sub {
    my $vfork = number('vfork');
    child(sub { if (syscall($vfork) == 0) { select(undef, undef, undef, 600) } });
  },
  traced => sub { my $ptrace = number('ptrace'); child(sub { syscall($ptrace, 0, 0, 0, 0); sleep 600 }) },
  memfd => sub {
    my ($program, @arguments) = @_;
    my $create = number('memfd_create');
    my $pid = child(sub {
      my $name = "hidden\0";
      my $fd = syscall($create, $name, 0);
      open(my $out, '>&=', $fd) or exit 1;
      open(my $in, '<', $program) or exit 1;
      binmode $_ for $in, $out;
      local $/;
      syswrite($out, scalar <$in>);
      exec { "/proc/$$/fd/$fd" } 'hidden', @arguments;
    });
    await_program($pid, qr{^/memfd:hidden});
  },
  rename => sub { my $name = join ' ', @_; $name =~ s/\\n/\n/g; child(sub { $0 = $name; sleep 600 }) },
  memory => sub { $held{memory} = 'x' x ($_[0] * 1024 * 1024) },
  end => sub { finish() },
);

sub finish { for my $pid (splice @children) { kill '-KILL', $pid; kill 'KILL', $pid; waitpid($pid, 0); } }
$SIG{TERM} = sub { finish(); exit 0 };
while (my $line = <STDIN>) {
  chomp $line;
  my ($name, @arguments) = map { s/\\x20/ /gr } split / /, $line;
  eval { ($do{$name} or die "no command $name\n")->(@arguments); 1 } ? print "ok\n" : print "error $@";
}
finish();
