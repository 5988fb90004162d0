# Collects whom the packets of a network namespace are for, on every interface but loopback. At each line of standard input it prints the
# IPv4 addresses seen so far, on one line; it ends with its input.
use strict;
use warnings;
use Socket;

use constant { AF_PACKET => 17, EVERYTHING => 0x0300, IPV4 => 0x0800, LOOPBACK => 772 };

$| = 1;
socket(my $packets, AF_PACKET, SOCK_DGRAM, EVERYTHING) or die "no packet socket: $!\n";
my %seen;
print "ok\n";
for (;;) {
    my $wanted = '';
    vec($wanted, fileno(STDIN),    1) = 1;
    vec($wanted, fileno($packets), 1) = 1;
    select($wanted, undef, undef, undef);
    if (vec($wanted, fileno($packets), 1)) {
        my $from = recv($packets, my $packet, 64, 0) // next;
        my (undef, $protocol, undef, $hardware) = unpack('S n i S', $from);
        next if $hardware == LOOPBACK or $protocol != IPV4 or length $packet < 20;
        $seen{ inet_ntoa(substr $packet, 16, 4) } = 1;
        next;
    }
    sysread(STDIN, my $line, 64) or exit;
    print join(' ', sort keys %seen), "\n";
}
