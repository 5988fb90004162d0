# Asks a listener of its own for connections that nobody ever completes, from ever other addresses of loopback. All answers go to one
# port, whose listener hears nothing: no kernel ever says that it knows of no such connection, as none does for a forged address.
#
#     perl syn-flood.pl BACKLOG SYNS-PER-SECOND
use strict;
use warnings;
use Socket qw(:DEFAULT IPPROTO_TCP TCP_SYNCNT);
require(__FILE__ =~ s{[^/]+$}{sockets.pl}r);

# A half-open connection is given up after 3 s, so that none outlives this by more.
use constant ANSWERED_AGAIN => 1;

my ($backlog, $rate) = @ARGV;
my $victim = listener($backlog);
setsockopt($victim, IPPROTO_TCP, TCP_SYNCNT, ANSWERED_AGAIN) or die "answers: $!\n";
my $target = getsockname $victim;

sub shared_port {
    my ($address, $port) = @_;
    my $socket = tcp_socket();
    setsockopt($socket, SOL_SOCKET, SO_REUSEPORT, 1) or die "shared port: $!\n";
    drop_all($socket);
    bind($socket, pack_sockaddr_in($port, $address)) or die "bind: $!\n";
    return $socket;
}

my $hole = shared_port(INADDR_ANY, 0);
listen($hole, 1) or die "listen: $!\n";
my ($port) = unpack_sockaddr_in(getsockname $hole);

# 127.1.0.0 and what follows, so that 127.0.0.1 is none of them.
sub forged { my ($number) = @_; return pack 'C4', 127, 1 + ($number >> 16) % 254, $number >> 8 & 255, $number & 255 }

my $sent = 0;
for (my $owed = 0; goes_on(); ) {
    for ($owed += $rate * TICK_S(); $owed >= 1; $owed--) {
        my $source = shared_port(forged($sent++), $port);
        unblock($source);
        connect($source, $target);
        close $source;
    }
}
