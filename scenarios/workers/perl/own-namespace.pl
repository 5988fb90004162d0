# Runs a program in the network namespace that this runs in, which is new: loopback is up, and has these IPv4 addresses beside its own.
# By ioctl (netdevice(7)), as images have perl-base and no ip.
#
#     unshare --net perl own-namespace.pl [ADDRESS...] -- PROGRAM [ARGUMENT...]
use strict;
use warnings;
use Socket;

use constant { SIOCGIFFLAGS => 0x8913, SIOCSIFFLAGS => 0x8914, SIOCSIFADDR => 0x8916, SIOCSIFNETMASK => 0x891c };
use constant IFF_UP => 1;

my @addresses;
while (@ARGV) {
    my $word = shift @ARGV;
    last if $word eq '--';
    push @addresses, inet_aton($word) // die "$word is no IPv4 address\n";
}
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";

my $request = pack 'a16 x24', 'lo';
ioctl($socket, SIOCGIFFLAGS, $request) or die "flags of lo: $!\n";
my $flags = unpack 'x16 S', $request;
ioctl($socket, SIOCSIFFLAGS, pack('a16 S x22', 'lo', $flags | IFF_UP)) or die "lo up: $!\n";
for my $number (0 .. $#addresses) {
    my $label = "lo:$number";
    for ([SIOCSIFADDR, $addresses[$number]], [SIOCSIFNETMASK, INADDR_BROADCAST]) {
        my ($what, $value) = @$_;
        ioctl($socket, $what, pack('a16 a16 x8', $label, pack_sockaddr_in(0, $value))) or die "address of $label: $!\n";
    }
}
close $socket;
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
