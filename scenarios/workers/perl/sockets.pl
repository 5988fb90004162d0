# What the scripts about TCP share: sockets, filters on them, and waiting. What a filter on one's own socket drops has
# never arrived, as if the network had lost it.
use strict;
use warnings;
use Fcntl;
use Socket;

# include/uapi/asm-generic/socket.h, include/uapi/linux/filter.h
use constant { SO_ATTACH_FILTER => 26, LOAD_WORD => 0x20, JUMP_IF_AT_LEAST => 0x35, RETURN => 0x06 };
use constant { RANDOM => 0xfffff038, EVERYTHING => 0xffffffff };
use constant TICK_S => 0.05;

sub tcp_socket {
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
    # What is closed is gone, also when the kernel closes it: no TIME_WAIT is left.
    setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) or die "linger: $!\n";
    return $socket;
}

# Listens on a free port of loopback.
sub listener {
    my ($backlog) = @_;
    my $socket = tcp_socket();
    bind($socket, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!\n";
    listen($socket, $backlog) or die "listen: $!\n";
    return $socket;
}

sub unblock {
    my ($socket) = @_;
    fcntl($socket, F_SETFL, O_NONBLOCK) or die "nonblocking: $!\n";
}

sub attach {
    my ($socket, @steps) = @_;
    my $program = join '', map { pack 'S C C L', @$_ } @steps;
    setsockopt($socket, SOL_SOCKET, SO_ATTACH_FILTER, pack('S x![P] P', scalar @steps, $program))
      or die "filter: $!\n";
}

# Nothing that comes in reaches the socket.
sub drop_all { attach($_[0], [RETURN, 0, 0, 0]) }

# Of what comes in, this share does not reach the socket.
sub drop_some {
    my ($socket, $share) = @_;
    attach($socket, [LOAD_WORD, 0, 0, RANDOM], [JUMP_IF_AT_LEAST, 1, 0, int($share * EVERYTHING)],
        [RETURN, 0, 0, 0], [RETURN, 0, 0, EVERYTHING]);
}

# Waits for a moment; false when standard input has ended, and with it the time.
sub goes_on {
    my $input = '';
    vec($input, fileno(STDIN), 1) = 1;
    return 1 if select($input, undef, undef, TICK_S) <= 0;
    return sysread(STDIN, my $read, 4096);
}

1;
