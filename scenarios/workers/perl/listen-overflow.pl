# Connects to a listener of its own that accepts nobody: its queue is full at once, and the kernel drops all that comes after.
#
#     perl listen-overflow.pl BACKLOG CONNECTS-PER-SECOND
use strict;
use warnings;
require(__FILE__ =~ s{[^/]+$}{sockets.pl}r);

# So many wait for an answer at a time; who waited longest gives up.
use constant PATIENT => 200;

my ($backlog, $rate) = @ARGV;
my $victim = listener($backlog);
my $target = getsockname $victim;
my (@accepted, @waiting);
for (my $owed = 0; goes_on(); ) {
    for ($owed += $rate * TICK_S(); $owed >= 1; $owed--) {
        my $client = tcp_socket();
        unblock($client);
        connect($client, $target);
        # The first ones fill the queue, and are kept so that it stays full.
        push @{ @accepted <= $backlog ? \@accepted : \@waiting }, $client;
        shift @waiting if @waiting > PATIENT;
    }
}
