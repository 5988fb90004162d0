# Opens packet sockets that hear every packet of loopback, in promiscuous mode (packet(7)), and waits for the end of its standard input. It is meant for a
# network namespace of its own. Where it may it also mounts that namespace's sysfs in a mount namespace of its own, as runtimes do for
# pods, since agents see there whether a device is promiscuous.
#
#     perl packet-sockets.pl SOCKETS
use strict;
use warnings;
use File::Basename;
use Socket;
use lib dirname(__FILE__);
use syscalls;

use constant { AF_PACKET => 17, ETH_P_ALL => 3, SOL_PACKET => 263, PACKET_ADD_MEMBERSHIP => 1, PACKET_MR_PROMISC => 1 };
use constant { CLONE_NEWNS => 0x20000, MS_REC => 0x4000, MS_PRIVATE => 0x40000 };
use constant { LOOPBACK => 1 };

sub show_devices {
    my ($none, $root, $sysfs, $sys) = ('none', '/', 'sysfs', '/sys');
    return if syscall(syscalls::number('unshare'), CLONE_NEWNS) < 0;
    return if syscall(syscalls::number('mount'), $none, $root, 0, MS_REC | MS_PRIVATE, 0) < 0;
    syscall syscalls::number('mount'), $sysfs, $sys, $sysfs, 0, 0;
}

my ($count) = @ARGV;
show_devices();
my @sockets;
for (1 .. $count) {
    socket my $socket, AF_PACKET, SOCK_RAW, unpack('S', pack 'n', ETH_P_ALL) or die "packet socket: $!\n";
    setsockopt $socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, pack('i S S a8', LOOPBACK, PACKET_MR_PROMISC, 0, '')
        or die "promiscuous mode: $!\n";
    push @sockets, $socket;
}
1 while sysread STDIN, my $rest, 4096;
