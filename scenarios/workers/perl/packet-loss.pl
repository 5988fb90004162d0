# Connections of its own on loopback, both ends of which lose a share of what reaches them: each loss is sent again.
#
#     perl packet-loss.pl CONNECTIONS PERCENT
use strict;
use warnings;
require(__FILE__ =~ s{[^/]+$}{sockets.pl}r);

# In one tick and connection: more than one segment, so that the loss of one is noticed by the next, and little, so that it costs nothing.
use constant { SEGMENTS => 4, SEGMENT => 'x' x 1000, READ => 65536 };

my ($connections, $percent) = @ARGV;
my $listener = listener($connections);
my @pairs;
for (1 .. $connections) {
    my $client = tcp_socket();
    connect($client, getsockname $listener) or die "connect: $!\n";
    accept(my $server, $listener) or die "accept: $!\n";
    for ($client, $server) { unblock($_); drop_some($_, $percent / 100) }
    push @pairs, [$client, $server];
}
while (goes_on()) {
    for (@pairs) {
        my ($client, $server) = @$_;
        for (1 .. SEGMENTS) { syswrite($client, SEGMENT) or last }
        while (sysread $server, my $read, READ) { }
    }
}
