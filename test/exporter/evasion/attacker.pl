# An attacker in a container: joins its cgroups with what runtimes give by default, does what the row says, and holds what it has until standard
# input ends. Writes "done", or "cannot <why>" where this machine does not allow it, or "error <why>".
#
#     perl attacker.pl [net] [all] [here] [new] CGROUP… -- PREPARE CODE
#
# PREPARE is done before, with all rights and outside of the container.
# `net`: in a network namespace of its own, where every address is its own. `all`: with all capabilities. `here`: on the files
# that are there; else it has temporary folders of its own, and
# /mnt, which is none. `new`: in a container that has only begun; else it has listened for TCP before, as a service does that can be attacked. Perl, because every system call can be made from it, and perl-base is on every Debian.
use strict;
use warnings;
use Socket qw(:all);
use Fcntl;
use POSIX ();
use Time::HiRes ();

$| = 1;
my %NUMBER = (
  x86_64 => {
    read => 0, mmap => 9, msync => 26, clone => 56, ptrace => 101, capget => 125, capset => 126, prctl => 157, mount => 165, setxattr => 188,
    unshare => 272, process_vm_writev => 311, setns => 308, memfd_create => 319, execveat => 322, io_uring_setup => 425,
    io_uring_enter => 426, clone3 => 435,
  },
  aarch64 => {
    read => 63, mmap => 222, msync => 227, clone => 220, ptrace => 117, capget => 90, capset => 91, prctl => 167, mount => 40, setxattr => 5,
    unshare => 97, process_vm_writev => 271, setns => 268, memfd_create => 279, execveat => 281, io_uring_setup => 425,
    io_uring_enter => 426, clone3 => 435,
  },
);
my $machine = (POSIX::uname())[4];
our (@held, @children);

sub cannot { die "cannot @_\n" }
sub call { my $name = shift; return syscall($NUMBER{$machine}{$name} // cannot("no number of $name on $machine"), @_) }
sub must { my ($name, @rest) = @_; my $got = call(@_); die "$name: $!\n" if $got < 0; return $got }
sub try { my ($name) = @_; my $got = call(@_); cannot("$name: $!") if $got < 0; return $got }
sub pointer { return unpack('Q', pack('P', $_[0])) }

# What runtimes give, see exporter's status.ts.
my $DEFAULT = 0xa80425fb;
sub capabilities {
  my ($effective, $permitted) = @_;
  my $header = pack('LL', 0x20080522, 0);
  my $data = pack('L6', map { ($_ & 0xffffffff) } $effective, $permitted, 0, 0, 0, 0);
  must('capset', $header, $data);
}
sub become_container {
  for my $capability (0 .. 63) { call('prctl', 24, $capability, 0, 0, 0) unless $DEFAULT >> $capability & 1 }
  capabilities($DEFAULT, $DEFAULT);
}

sub mounted { my ($source, $target, $type, $flags) = @_; try('mount', "$source\0", "$target\0", "$type\0", $flags, 0) }
sub own_folders {
  must('unshare', 0x20000);
  mounted('none', '/', '', 0x4000 | 0x40000);
  for (['/tmp', 01777], ['/var/tmp', 01777], ['/dev/shm', 01777], ['/mnt', 0755]) {
    my ($folder, $mode) = @$_;
    next unless -d $folder;
    mounted('tmpfs', $folder, 'tmpfs', 0);
    chmod $mode, $folder;
  }
}

# Brings loopback up, and makes every address this machine's own (`ip route add local default dev lo`).
sub own_network {
  try('unshare', 0x40000000);
  socket(my $any, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
  my $request = pack('a16 S x22', 'lo', 0x49);
  ioctl($any, 0x8914, $request) or die "lo: $!\n";
  for my $family (AF_INET, AF_INET6) {
    socket(my $netlink, 16, SOCK_RAW, 0) or die "netlink: $!\n";
    my $link = pack('SSL', 8, 4, 1);
    my $message = pack('LSSLL CCCCCCCCL', 28 + length $link, 24, 0x405, 1, 0, $family, 0, 0, 0, 254, 3, 254, 2, 0) . $link;
    # A local route is in the table that is asked first.
    substr($message, 20, 1) = pack('C', 255);
    send($netlink, $message, 0) or die "route: $!\n";
    recv($netlink, my $answer, 4096, 0);
    my $error = unpack('x16 l', $answer);
    cannot("no route of family $family: " . POSIX::strerror(-$error)) if $error != 0 && $family == AF_INET;
  }
}

# A root to change to, with what programs of the system need.
sub root_at {
  my ($root) = @_;
  mkdir $root;
  for my $folder (grep { -d } qw(/lib /lib64 /usr)) {
    mkdir "$root$folder";
    mounted(real($folder), "$root$folder", '', 0x1000 | 0x4000);
  }
}

sub join_cgroups {
  for my $folder (@_) {
    open(my $file, '>', "$folder/cgroup.procs") or die "$folder: $!\n";
    print $file $$;
    close $file or die "$folder: $!\n";
  }
}

# For a moment: what listens on is somebody's to count.
sub served { socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n"; listen($socket, 1) or die "listen: $!\n" }

sub child {
  my ($run) = @_;
  my $pid = fork() // die "fork: $!\n";
  # Those that were made before are in no cgroup by which they could be found.
  if (!$pid) { call('prctl', 1, 9, 0, 0, 0); eval { $run->() }; print STDERR $@; POSIX::_exit($@ ? 8 : 0) }
  push @children, $pid;
  return $pid;
}
sub finished { my ($pid) = @_; waitpid $pid, 0; die "the child ended with $?\n" if $? }
# Does it in a child, to its end.
sub briefly { my ($run) = @_; finished(child($run)) }
# A program, started by this path and with these arguments, that ends at once; one of an array sees nothing of a shell.
sub start { my ($path, @arguments) = @_; briefly(sub { exec { $path } $path, @arguments or die "$path: $!\n" }) }
# One that stays.
sub stay { my ($path, @arguments) = @_; my $pid = child(sub { exec { $path } $path, @arguments or die "$path: $!\n" }); running($pid); return $pid }
# Until the child runs something else than this.
sub running { my ($pid) = @_; for (1 .. 500) { my $now = readlink("/proc/$pid/exe") // ''; return if $now ne '' && $now ne readlink("/proc/$$/exe"); pause(0.01) } die "the child runs nothing\n" }
sub pause { select(undef, undef, undef, $_[0]) }

sub contents { my ($path) = @_; open(my $file, '<', $path) or die "$path: $!\n"; binmode $file; local $/; return scalar <$file> }
sub copy { my ($from, $to) = @_; open(my $file, '>', $to) or die "$to: $!\n"; binmode $file; print $file contents($from); close $file; chmod 0755, $to; return $to }
sub script { my ($path, $text) = @_; open(my $file, '>', $path) or die "$path: $!\n"; print $file $text; close $file; chmod 0755, $path; return $path }
# A file without the links on the way to it.
sub real { my ($path) = @_; require Cwd; return Cwd::realpath($path) }
sub program { for my $folder (qw(/bin /usr/bin /sbin /usr/sbin)) { return "$folder/$_[0]" if -x "$folder/$_[0]" } cannot("there is no $_[0]") }
sub loader { my ($path) = grep { -x } glob('/lib64/ld-*.so* /lib/ld-*.so*'); return $path // cannot('there is no dynamic loader') }
# A program in memory alone; the descriptor stays open in what is executed.
sub in_memory {
  my ($program) = @_;
  my $name = "hidden\0";
  my $fd = try('memfd_create', $name, 0);
  open(my $file, '>&=', $fd) or die "memfd: $!\n";
  binmode $file;
  syswrite $file, contents($program);
  push @held, $file;
  return $fd;
}
sub inherit { my ($file) = @_; fcntl($file, F_SETFD, 0); return fileno $file }
sub execveat { my ($at, $path, $flags, @arguments) = @_; my @texts = map { "$_\0" } @arguments; my $argv = join('', map { pack('P', $_) } @texts) . pack('Q', 0); my $none = pack('Q', 0); my $name = "$path\0"; must('execveat', $at, $name, $argv, $none, $flags) }

# Connects, whatever comes of it, and holds the socket.
sub sockaddr { my ($address, $port) = @_; return $address =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_pton(AF_INET, $address)) }
sub family { return $_[0] =~ /:/ ? AF_INET6 : AF_INET }
sub tcp { my ($address, $protocol) = @_; socket(my $socket, family($address), SOCK_STREAM, $protocol // 0) or cannot("socket: $!"); push @held, $socket; return $socket }
sub reach { my ($address, $port) = @_; my $socket = tcp($address); connect($socket, sockaddr($address, $port)); return $socket }
sub hears { my ($address, $port, $type, $protocol) = @_; socket(my $socket, family($address), $type // SOCK_STREAM, $protocol // 0) or cannot("socket: $!"); setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1); bind($socket, sockaddr($address, $port)) or die "bind: $!\n"; listen($socket, 9) if ($type // SOCK_STREAM) == SOCK_STREAM; push @held, $socket; return $socket }

# One connect by io_uring; `flags` of the submission, such as 16: by a thread of the kernel's.
sub ring_connect {
  my ($socket, $address, $flags) = @_;
  my $parameters = "\0" x 120;
  my $ring = try('io_uring_setup', 2, $parameters);
  my ($tail, $array) = (unpack('x40 L10', $parameters))[1, 6];
  my $queue = try('mmap', 0, 4096, 3, 0x8001, $ring, 0);
  my $entries = try('mmap', 0, 4096, 3, 0x8001, $ring, 0x10000000);
  my $write = sub {
    my ($at, $bytes) = @_;
    pipe(my $from, my $to) or die "pipe: $!\n";
    syswrite $to, $bytes;
    must('read', fileno $from, $at, length $bytes);
  };
  $write->($entries, pack('CCSlQQLLQ x24', 16, $flags, 0, fileno $socket, length $address, pointer($address), 0, 0, 1));
  $write->($queue + $array, pack('L', 0));
  $write->($queue + $tail, pack('L', 1));
  try('io_uring_enter', $ring, 1, 1, 1, 0, 0);
}

# Maps a file and writes into the memory; read(2) is what writes where a number points to.
sub write_mapped {
  my ($path, $bytes) = @_;
  sysopen(my $file, $path, O_RDWR) or die "$path: $!\n";
  my $at = must('mmap', 0, 4096, 3, 1, fileno $file, 0);
  pipe(my $from, my $to) or die "pipe: $!\n";
  syswrite $to, $bytes;
  must('read', fileno $from, $at, length $bytes);
  must('msync', $at, 4096, 4);
}

# It goes with the test that started it, and nothing takes long.
must('prctl', 1, 9, 0, 0, 0);
local $SIG{ALRM} = sub { die "not done in time\n" };
alarm 60;
my %asked;
$asked{ shift() } = 1 while @ARGV && $ARGV[0] =~ /^(?:net|all|here|new)$/;
my @cgroups;
while (@ARGV) { my $next = shift; last if $next eq '--'; push @cgroups, $next }
our @CGROUPS = @cgroups;
my ($prepare, $code) = @ARGV;
my $run = sub { eval "package main; no warnings; no strict; $_[0]; 1" or die $@ };
my $outcome = eval {
  own_folders() unless $asked{here};
  own_network() if $asked{net};
  $run->($prepare);
  join_cgroups(@cgroups);
  served() unless $asked{new};
  become_container() unless $asked{all};
  $run->($code);
  1;
} ? 'done' : $@ =~ /^cannot/ ? $@ : "error $@";
alarm 0;
$outcome =~ s/\s*\n.*//s;
print "$outcome\n";
1 while <STDIN>;
kill 'KILL', @children if @children;
