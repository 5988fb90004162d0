# Changes a byte of files again and again through a mapping, without a change of their size and times. The first store into a page of a mapping sets
# the file's times (mm/memory.c, fault_dirty_shared_page); those after it are stores into memory and nothing else, until the kernel has written
# the page to a disk. So the first one puts back what is there, and the others come when that is over. Ends with its standard input.
#
#     perl silent-write.pl SECONDS OFFSET FILE...
use strict;
use warnings;
use Fcntl;
use File::Basename;
use lib dirname(__FILE__);
use syscalls;

use constant { PROT_READ => 1, PROT_WRITE => 2, MAP_SHARED => 1, PAGE => 4096 };
# Longer than whoever looks at the times takes a change for too young to be sure of.
use constant QUIET_SECONDS => 2;

pipe my $from, my $to or die "pipe: $!\n";

# The kernel copies into the mapping what it reads, as perl itself cannot write to an address.
sub store {
    my ($address, $byte) = @_;
    syswrite $to, $byte;
    syscall(syscalls::number('read'), fileno $from, $address, 1) == 1 or die "store: $!\n";
}

# The end of standard input within some seconds.
sub ends_within {
    my ($seconds) = @_;
    my $ready = '';
    vec($ready, fileno STDIN, 1) = 1;
    return select($ready, undef, undef, $seconds) > 0 && !sysread STDIN, my $rest, 4096;
}

my ($seconds, $offset, @files) = @ARGV;
my @places = map {
    sysopen my $file, $_, O_RDWR or die "$_: $!\n";
    my $at = syscall syscalls::number('mmap'), 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fileno $file, 0;
    die "mmap: $!\n" if $at == -1;
    sysseek $file, $offset, 0;
    sysread $file, my $byte, 1 or die "$_ has no byte $offset\n";
    store($at + $offset, $byte);
    $at + $offset;
} @files;
exit if ends_within(QUIET_SECONDS);
for (my $round = 0; ; $round++) {
    store($_, $round % 2 ? 'x' : 'y') for @places;
    exit if ends_within($seconds);
}
